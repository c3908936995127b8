# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Long Tasks authors

# Completion of haul's command line in bash. What tasks and parameters there are, haul itself says.

_haul_words () {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# The task on the command line: the first word after `haul run` or `haul map` that is one.
_haul_task () {
  local word tasks
  tasks=$(haul tasks 2>/dev/null | cut -d ' ' -f 1)
  for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
    if grep -qxF -- "$word" <<<"$tasks"; then
      printf '%s\n' "$word"
      return
    fi
  done
}

# $1 is the verb: run or map.
_haul_run () {
  local task
  case $prev in
    --executor) _haul_words 'process thread serial pool'; return ;;
    --start-method) _haul_words 'spawn forkserver'; return ;;
    --log-level) _haul_words 'debug info warning'; return ;;
    --output) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --nice | --timeout | --grace | --workers | --chunksize | --retries | --task-timeout) return ;;
  esac

  task=$(_haul_task)
  if [[ $prev == --over ]]; then
    [[ -z $task ]] || _haul_words "$(haul tasks "$task" 2>/dev/null | sed -n 's/^  --\([a-z-]*\) .*/\1=/p')"
    compopt -o nospace
    return
  fi
  if [[ $cur == -* ]]; then
    _haul_words "$(haul "$1" ${task:+"$task"} --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')"
  elif [[ -z $task ]]; then
    _haul_words "$(haul tasks 2>/dev/null | cut -d ' ' -f 1)"
  elif [[ $prev == --* ]] && haul tasks "$task" 2>/dev/null | grep -qxF -- "  $prev PATH"; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  elif [[ $prev == --* ]]; then
    _haul_words "$(haul tasks "$task" 2>/dev/null | sed -n "/^  $prev /,/^  --/s/^      one of \([^;]*\);.*/\1/p" | tr -d ,)"
  fi
}

# The names of the experiments, which stand in the list with two spaces before them.
_haul_experiments () {
  haul lab 2>/dev/null | sed -n 's/^  \([a-z0-9-]*\) .*/\1/p'
}

_haul_lab () {
  local word experiment=
  case $prev in
    --repeat) return ;;
    --report | --lesson) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  esac
  for word in "${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
    if _haul_experiments | grep -qxF -- "$word"; then
      experiment=$word
    fi
  done

  if [[ $prev == --predict ]]; then
    [[ -z $experiment ]] ||
      _haul_words "$(haul lab "$experiment" --help 2>/dev/null | sed -n '/^What may be predicted/,/^$/s/^  \([a-z0-9-]*\) .*/\1/p')"
  elif [[ $cur == -* ]]; then
    _haul_words "$(haul lab ${experiment:+"$experiment"} --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')"
  elif [[ -z $experiment ]]; then
    _haul_words "$(_haul_experiments)"
  elif [[ $prev == --* && $prev != --force && $prev != --json && $prev != --outcomes ]]; then
    _haul_words "$(haul lab "$experiment" --help 2>/dev/null | sed -n "/^  $prev /,/^  --/s/^      one of \([^;]*\);.*/\1/p" | tr -d ,)"
  fi
}

_haul () {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local -x LC_ALL=C   # it reads what haul says in English

  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _haul_words 'run map tasks lab ps help --help --version'
    return
  fi

  case ${COMP_WORDS[1]} in
    run | map) _haul_run "${COMP_WORDS[1]}" ;;
    tasks) _haul_words "$(haul tasks 2>/dev/null | cut -d ' ' -f 1) --json" ;;
    lab) _haul_lab ;;
    ps) _haul_words '--tree --watch --all --json' ;;
    help) _haul_words 'run map tasks lab ps help' ;;
  esac
}

complete -F _haul haul

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: The Long Tasks authors */

/* Whether Vala can use the library: a job, a map in a pool, and cancelling. Built by test-vala. */

static Variant pi_arguments (int64 digits) {
    var dict = new VariantDict ();

    dict.insert ("digits", "x", digits);
    return dict.end ();
}

static async void run_job () throws Error {
    var job = new Haul.Job (Haul.Task.intern ("pi"), pi_arguments (20));
    var executor = new Haul.ProcessExecutor (null);

    executor.submit (job);
    yield job.join_async (-1, null);
    assert ((string) job.dup_result ().get_data () != null);
    assert (job.dup_result ().compare (new Bytes ("3.14159265358979323846".data)) == 0);
    assert (job.get_verdict () == Haul.JobVerdict.DONE);
}

static async void run_map () throws Error {
    var pool = new Haul.Pool (null, 2);
    var batch = new Haul.Batch (Haul.Task.intern ("pi"), (index) => {
        return index < 20 ? pi_arguments ((int64) index + 1) : null;
    });
    uint64 given = 0;

    batch.item.connect ((index, result, error) => {
        assert (index == given && error == null);
        given++;
    });
    pool.submit (batch);
    yield batch.join_async (-1, null);
    assert (given == 20 && batch.get_n_done () == 20);
    assert (batch.dup_result (3).compare (new Bytes ("3.1415".data)) == 0);
    pool.close ();
    yield pool.join_async ();
}

static async void cancel_job () throws Error {
    var dict = new VariantDict ();

    dict.insert ("seconds", "d", 1000.0);
    var job = new Haul.Job (Haul.Task.intern ("sleep"), dict.end ());
    var executor = new Haul.ProcessExecutor (null);

    executor.submit (job);
    job.cancel ();
    try {
        yield job.join_async (-1, null);
        assert_not_reached ();
    } catch (IOError.CANCELLED error) {
        assert (job.get_verdict () == Haul.JobVerdict.CANCELLED);
    }
}

static async void share () throws Error {
    var counter = new Haul.Value ("i");
    var array = new Haul.Array.raw ("d", 3);
    var job = new Haul.Job (Haul.Task.intern ("pi"), pi_arguments (4));
    var executor = new Haul.ProcessExecutor (null);

    counter.get_lock ().acquire (-1, null);
    counter.set_int64 (counter.get_int64 () + 1);
    counter.get_lock ().release ();
    assert (counter.add_int64 (2) == 1 && counter.get_int64 () == 3);
    array.set_double (2, 0.5);
    assert (array.get_length () == 3 && array.dup_numbers ().print (false) == "[0.0, 0.0, 0.5]");
    job.share ("counter", counter);
    job.share ("array", array);
    executor.submit (job);
    yield job.join_async (-1, null);
    assert (job.get_verdict () == Haul.JobVerdict.DONE);
}

static async void run_all () {
    try {
        yield run_job ();
        print ("ok 2 - a job\n");
        yield run_map ();
        print ("ok 3 - a map\n");
        yield cancel_job ();
        print ("ok 4 - cancelling\n");
        yield share ();
        print ("ok 5 - sharing\n");
    } catch (Error error) {
        GLib.error ("%s", error.message);
    }
}

static int main () {
    var loop = new MainLoop ();

    run_all.begin ((object, result) => loop.quit ());
    loop.run ();
    return 0;
}

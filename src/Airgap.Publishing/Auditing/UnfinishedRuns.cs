namespace Airgap.Publishing.Auditing;

/// <summary>
/// The log entries that current runs have not written yet. A front end does not wait indefinitely for an interrupted run; if it abandons
/// the run, it writes the missing entry through this class, so that the log has a line about that run, too.
/// </summary>
internal sealed class UnfinishedRuns
{
    private static readonly AsyncLocal<UnfinishedRuns?> s_current = new();

    private readonly Lock _lock = new();
    private readonly List<Note> _open = [];

    /// <summary>Begins to collect the notes of the runs that the caller starts.</summary>
    public static UnfinishedRuns Begin() => s_current.Value = new UnfinishedRuns();

    /// <summary>Adds the note of a run that begins.</summary>
    /// <param name="write">Writes the note if the run is abandoned.</param>
    public static Note Open(Func<Task> write)
    {
        Note note = new(write);
        s_current.Value?.Add(note);
        return note;
    }

    /// <summary>Writes the notes of all runs that have not written their own.</summary>
    public async Task WriteAsync()
    {
        Note[] open;
        lock (_lock)
            open = [.. _open];
        foreach (Note note in open)
        {
            if (note.TryTake())
                await note.WriteAsync();
        }
    }

    private void Add(Note note)
    {
        lock (_lock)
            _open.Add(note);
    }

    /// <summary>The note of one run, which is written once: by the run, or by the front end that abandons the run.</summary>
    /// <param name="write">Writes it.</param>
    internal sealed class Note(Func<Task> write)
    {
        private int _isTaken;

        /// <summary>True for the first caller, which must then write the note.</summary>
        public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

        /// <summary>Writes the note of an abandoned run.</summary>
        public Task WriteAsync() => write();
    }
}

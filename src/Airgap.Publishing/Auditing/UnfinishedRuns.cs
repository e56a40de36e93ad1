namespace Airgap.Publishing.Auditing;

/// <summary>
/// What runs under way have still to note in their logs. A front end does not wait without end for a run that was interrupted; when it
/// leaves one behind, it has the notes written here, so that the log has a line of that run, too.
/// </summary>
internal sealed class UnfinishedRuns
{
    private static readonly AsyncLocal<UnfinishedRuns?> s_current = new();

    private readonly Lock _lock = new();
    private readonly List<Note> _open = [];

    /// <summary>Begins to gather the notes of what the caller starts.</summary>
    public static UnfinishedRuns Begin() => s_current.Value = new UnfinishedRuns();

    /// <summary>Adds the note of a run that begins.</summary>
    /// <param name="write">Writes it for a run that is left behind.</param>
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

    /// <summary>The note of one run, which is written once: by the run, or by whoever leaves it behind.</summary>
    /// <param name="write">Writes it.</param>
    internal sealed class Note(Func<Task> write)
    {
        private int _isTaken;

        /// <summary>True for the first who asks, and who has to write it.</summary>
        public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

        /// <summary>Writes it for a run that is left behind.</summary>
        public Task WriteAsync() => write();
    }
}

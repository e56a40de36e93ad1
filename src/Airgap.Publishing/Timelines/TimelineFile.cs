using System.Buffers;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Timelines;

/// <summary>
/// The file of a timeline. Events are written to a temporary file beside it, which is renamed at the end. The first failure ends the
/// writing and is reported at completion. Thread-safe.
/// </summary>
internal sealed class TimelineFile : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly OutputTarget _target;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly HashSet<TimelineLane> _named = [];
    private bool _isEmpty = true;
    private bool _isOver;
    private bool _isNamed;
    private Exception? _failure;

    private TimelineFile(string path, OutputTarget target, string temporary, FileStream stream)
    {
        Path = path;
        _target = target;
        _temporary = temporary;
        _stream = stream;
    }

    /// <summary>The path as the user gave it.</summary>
    public string Path { get; }

    /// <summary>Creates the temporary file, so that an unwritable path is refused before anything moves.</summary>
    /// <exception cref="AirgapException">3xxx: a folder, a device, no such folder, no access.</exception>
    public static TimelineFile Create(string path)
    {
        try
        {
            OutputTarget target = OutputTarget.OfWholeFile(path);
            string temporary = CompanionName.Random(target.Path, ".tmp");
            return new TimelineFile(path, target, temporary, OwnFile.CreateNew(temporary, null, FileOptions.None));
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is ArgumentException)
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>Writes the beginning.</summary>
    /// <param name="name">The run's name.</param>
    public void Begin(string name)
    {
        Append(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("displayTimeUnit", "ms");
            writer.WriteStartObject("otherData");
            writer.WriteString("run", name);
            writer.WriteEndObject();
            writer.WriteStartArray("traceEvents");
        });
        foreach (TimelineGroup group in Enum.GetValues<TimelineGroup>())
        {
            Write(TimelineEvent.GroupName(group));
            Write(TimelineEvent.GroupPlace(group));
        }
    }

    /// <summary>Writes a span, and at its row's first one the row's name.</summary>
    public void Write(TimelineEvent span, TimelineLane lane)
    {
        lock (_lock)
        {
            if (_named.Add(lane))
                Write(TimelineEvent.RowName(lane));
            Write(span);
        }
    }

    /// <summary>Writes an event on a row that has a name.</summary>
    public void Write(TimelineEvent each)
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            if (!_isEmpty)
                Store(",\n"u8);
            _isEmpty = false;
            Append(each.WriteTo);
        }
    }

    /// <summary>Writes the end and renames the file.</summary>
    /// <returns>A warning if the file was not written; null otherwise.</returns>
    public Diagnostic? Complete()
    {
        lock (_lock)
        {
            _isOver = true;
            // Perfetto refuses bytes after the end, even a newline, if they arrive in a block of their own.
            Store("\n]}"u8);
            try
            {
                if (_failure is null)
                {
                    _stream.Flush();
                    if (_target.Kind == OutputKind.File)
                        ReplacedFile.PassOn(_target.Facts, _stream.SafeFileHandle);
                    _stream.Dispose();
                    File.Move(_temporary, _target.Path, overwrite: true);
                    _isNamed = true;
                }
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                _failure = e;
            }

            if (_failure is null)
                return null;
            Dispose();
            return new Diagnostic(
                ErrorCode.TimelineNotWritten, $"The timeline '{Path}' was not written: {IoFailures.Translate(_failure, Path).Message}",
                "Choose another file or disk; the run itself is not affected.");
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isNamed)
                return;
            _isOver = true;
            try
            {
                _stream.Dispose();
                File.Delete(_temporary);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                // The temporary file is only clutter.
            }
        }
    }

    // Each write is part of a document, which a validating writer would refuse.
    private void Append(Action<Utf8JsonWriter> write)
    {
        _buffer.ResetWrittenCount();
        using (Utf8JsonWriter writer = new(_buffer, new JsonWriterOptions { SkipValidation = true }))
            write(writer);
        Store(_buffer.WrittenSpan);
    }

    private void Store(ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null)
            return;
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            _failure = e;
        }
    }
}

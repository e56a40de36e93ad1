using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;

namespace Airgap.Transfer.Tests.Pulling;

/// <summary>The base of tests of pulling: the fixtures' registry in memory, a folder, and short calls.</summary>
public abstract class PullTestBase : IDisposable
{
    protected FakeRegistry Registry { get; } = FakeRegistry.FromFixtures();

    protected TempFolder Folder { get; } = new();

    protected string Output => Folder["out"];

    public TestContext TestContext { get; set; } = null!;

    protected CancellationToken Token => TestContext.CancellationToken;

    protected static RelocationSource Bundle(string name, string parent = "user1") =>
        new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/{parent}/{name}:v1.0.0"));

    protected static RelocationSource Image(string reference) =>
        new RelocationSource.Image(ImageReference.Parse($"{Fixtures.Registry}/{reference}"));

    protected static RelocationSource Archive(string name) => new RelocationSource.Archive(Fixtures.Golden(name));

    private protected PullRequest Request(RelocationSource source) => new()
    {
        Source = source,
        Output = Output,
        StateFolder = Folder["state"]
    };

    private protected Task<PullResult> PullAsync(RelocationSource source, IPullObserver? observer = null) =>
        PullAsync(Request(source), observer);

    private protected Task<PullResult> PullAsync(PullRequest request, IPullObserver? observer = null) =>
        new Puller(Registry, observer).PullAsync(request, Token);

    private protected async Task<AirgapException> RefusedAsync(ErrorCode code, PullRequest request)
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PullAsync(request));
        Assert.AreEqual(code, e.Code, e.Message);
        Assert.AreNotEqual("", e.Advice);
        return e;
    }

    /// <summary>A folder as the golden files list it: type, mode and path, sorted.</summary>
    protected static string Listing(string folder)
    {
        IEnumerable<string> lines = Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Select(path => Line(path, "./" + Path.GetRelativePath(folder, path)))
            .Prepend(Line(folder, "."));
        return string.Concat(lines.OrderBy(line => line[(line.IndexOf(' ', 2) + 1)..], StringComparer.Ordinal).Select(line => line + "\n"));

        static string Line(string path, string name) => string.Create(
            CultureInfo.InvariantCulture, $"{(Directory.Exists(path) ? 'd' : 'f')} {ModeOf(path)} {name}");
    }

    /// <summary>A file's mode in octal; nothing on Windows.</summary>
    protected static string ModeOf(string path) => OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(path), 8);

    /// <summary>Gives a file a mode in octal.</summary>
    protected static void SetMode(string path, string octal)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(octal, 8));
    }

    /// <summary>Every file of a folder with its text.</summary>
    protected static Dictionary<string, string> Texts(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllText)
        : [];

    protected void Write(string path, string text = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder[path])!);
        File.WriteAllText(Folder[path], text);
    }

    /// <summary>Checks that the test's folder contains only these: no partial result is left.</summary>
    protected void AssertOnly(params string[] names) => Assert.AreSequenceEqual(
        names.Order(StringComparer.Ordinal).ToArray(),
        Directory.EnumerateFileSystemEntries(Folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToArray());

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>imgpkg's lines of a pull.</summary>
    protected sealed class Recorder : IPullObserver
    {
        private bool _nested;

        public List<string> Lines { get; } = [];

        public void Pulling(ImageReference reference, bool isBundle, int depth)
        {
            if (depth > 0 && !_nested)
                Lines.AddRange("", "Nested bundles");
            _nested |= depth > 0;
            Lines.Add($"{Indent(depth)}Pulling {(depth > 0 ? "nested " : "")}{(isBundle ? "bundle" : "image")} '{reference}'");
        }

        public void AlreadyPulled(ImageReference reference, int depth) => Lines.Add($"{Indent(depth)}Skipped, already downloaded");

        public void Extracting(Descriptor layer, int number, int count, int depth) =>
            Lines.Add($"{Indent(depth + 1)}Extracting layer '{layer.Digest}' ({number}/{count})");

        public void Locating() => Lines.AddRange("", "Locating image lock file images...");

        public void Located(RepositoryName repository, bool hasEveryImage) => Lines.Add(hasEveryImage
            ? $"The bundle repo ({repository}) is hosting every image specified in the bundle's Images Lock file (.imgpkg/images.yml)"
            : "One or more images not found in bundle repo; skipping lock file update");

        private static string Indent(int depth) => new(' ', 2 * depth);
    }
}

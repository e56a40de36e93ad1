using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Declarations;

/// <summary>A mistyped property is told wherever MSBuild reads it around a project.</summary>
[TestClass]
public sealed class ProjectTyposTests : IDisposable
{
    private const string Slip = "<Project><PropertyGroup><AirgapRegistri>r.local</AirgapRegistri></PropertyGroup></Project>";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("App.csproj.user", null, null)]
    [DataRow("Properties/PublishProfiles/far.pubxml", "PublishProfile", "far")]
    [DataRow("Properties/PublishProfiles/far.pubxml", "publishprofile", "far.pubxml")]
    [DataRow("Properties/PublishProfiles/far.pubxml.user", "PublishProfile", @"somewhere\far.pubxml")]
    [DataRow("My Project/PublishProfiles/far.pubxml", "PublishProfileName", "far")]
    [DataRow("profiles/own.pubxml", "PublishProfileFullPath", "profiles/own.pubxml")]
    public void InAFileBesideTheProject(string file, string? property, string? value)
    {
        Write("App.csproj", "<Project />");
        Write(file, Slip);
        Diagnostic told = Assert.ContainsSingle(Find(property is null ? [] : new() { [property] = value! }));
        Assert.AreEqual(ErrorCode.UnknownName, told.Code);
        Assert.AreEqual(Path.GetFullPath(_folder[file]), told.Location!.File);
    }

    [TestMethod]
    public void AProfileThatTheProjectNames_CountsUnlessTheCommandLineNamesAnother()
    {
        Write("App.csproj", "<Project><PropertyGroup><PublishProfile>far</PublishProfile></PropertyGroup></Project>");
        Write("Properties/PublishProfiles/far.pubxml", Slip);
        Assert.ContainsSingle(Find([]));
        Assert.IsEmpty(Find(new() { ["PublishProfile"] = "other" }));
    }

    private Diagnostic[] Find(Dictionary<string, string> globals) =>
        [.. new ProjectTypos(ProjectText.Read(_folder["App.csproj"], globals), [.. globals.Keys]).Find(hasItems: true)];

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
        File.WriteAllText(_folder[file], text);
    }
}

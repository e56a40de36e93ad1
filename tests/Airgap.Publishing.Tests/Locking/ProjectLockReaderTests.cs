using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Locking;
using Airgap.TestKit;
using CsCheck;

namespace Airgap.Publishing.Tests.Locking;

[TestClass]
public sealed class ProjectLockReaderTests
{
    private const string A = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";
    private const string B = "sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090";

    [TestMethod]
    public void ALockIsOneLineAnItemInOrdinalOrder()
    {
        ProjectLock read = Read(
            $$"""{"items":{"host.io/b:v1":"{{B}}","host.io/a:v2":"{{A}}","host.io/a:V2":"{{B}}"},"version":1}""",
            out ImmutableArray<Diagnostic> problems);
        Assert.IsEmpty(problems);
        string text = read.ToJson();
        Assert.AreEqual(
            $$"""
            {
              "version": 1,
              "items": {
                "host.io/a:V2": "{{B}}",
                "host.io/a:v2": "{{A}}",
                "host.io/b:v1": "{{B}}"
              }
            }

            """,
            text);
        Schemas.AssertValid("airgap.lock", text);
        Assert.AreEqual(text, Read(text, out problems).ToJson());
        Assert.IsEmpty(problems);
    }

    [TestMethod]
    public void TheAddressOfItsSchema_IsKept()
    {
        string text = $"{{\n  \"$schema\": \"../schemas/airgap.lock.schema.json\",\n  \"version\": 1,\n  \"items\": {{\n    " +
            $"\"host.io/a:v1\": \"{A}\"\n  }}\n}}\n";

        Assert.AreEqual(text, Read(text, out ImmutableArray<Diagnostic> problems).ToJson());
        Assert.IsEmpty(problems);
        Schemas.AssertValid("airgap.lock", text);
    }

    [TestMethod]
    public void AByteOrderMarkAndWindowsLineEndsAreNoMistake()
    {
        string text = "\uFEFF" + $$"""{ "version": 1, "items": { "host.io/a:v1": "{{A}}" } }""" + "\r\n";
        Assert.HasCount(1, Read(text, out ImmutableArray<Diagnostic> problems).Entries);
        Assert.IsEmpty(problems);
    }

    [TestMethod]
    [DataRow("", 1, 1, "not JSON")]
    [DataRow("[]", 1, 1, "object with 'version' and 'items'")]
    [DataRow("{}", 1, 1, "'version' is missing")]
    [DataRow("{\n  \"version\": 1\n}", 1, 1, "'items' is missing")]
    [DataRow("{\n  \"version\": 2,\n  \"items\": {}\n}", 2, 14, "its version is 2")]
    [DataRow("{\n  \"version\": \"1\",\n  \"items\": {}\n}", 2, 14, "'version' must be 1")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": []\n}", 3, 12, "'items' must be")]
    [DataRow("{\n  \"version\": 1,\n  \"item\": {},\n  \"items\": {}\n}", 3, 3, "'item' is unknown")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {},\n  \"items\": {}\n}", 4, 3, "'items' is given twice")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\"a.b/c:1\": \"" + A + "\"},\n  \"items\": {\"a.b/c:1\": \"" + B + "\"}\n}", 4, 3,
        "'items' is given twice")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\n    \"host.io/a\": \"" + A + "\"\n  }\n}", 4, 5,
        "must be written in full: 'host.io/a:latest'")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\n    \"host.io/a@" + A + "\": \"" + A + "\"\n  }\n}", 4, 5, "has a digest")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\n    \"Host/ä:\": \"" + A + "\"\n  }\n}", 4, 5, "is not an image reference")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\n    \"host.io/a:v1\": \"sha256:12\"\n  }\n}", 4, 21,
        "the digest of 'host.io/a:v1' must be")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\n    \"host.io/a:v1\": { \"digest\": 1 }\n  }\n}", 4, 21,
        "the digest of 'host.io/a:v1' must be")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\n    \"host.io/a:v1\": \"" + A + "\",\n    \"host.io/a:v1\": \"" + B + "\"\n  }\n}", 5,
        5, "is locked twice")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {\n<<<<<<< HEAD\n    \"host.io/a:v1\": \"" + A + "\"\n  }\n}", 4, 1,
        "it contains merge conflict markers")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {}\n}\n{}", 5, 1, "not JSON")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {},\n}", 4, 1, "not JSON")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {},\n  \"derived\": []\n}", 4, 14, "'derived' must be")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {},\n  \"derived\": {\n    \"host.io/a:v1\": \"" + A + "\"\n  }\n}", 5, 5,
        "is not a reference and a selection")]
    [DataRow("{\n  \"version\": 1,\n  \"items\": {},\n  \"derived\": {\n    \"host.io/a | flatten\": \"" + A + "\"\n  }\n}", 5, 5,
        "must be written in full: 'host.io/a:latest'")]
    [DataRow("{ \"ä\": 1, version: 1 }", 1, 11, "not JSON")]
    public void InvalidContent_HasItsLineAndColumn(string json, int line, int column, string why)
    {
        Read(json, out ImmutableArray<Diagnostic> problems);
        Diagnostic problem = problems.First(found => found.Message.Contains(why, StringComparison.Ordinal));
        Assert.AreEqual(ErrorCode.InvalidProjectLock, problem.Code);
        Assert.AreEqual(new SourceLocation("airgap.lock.json", line, column), problem.Location);
        Assert.StartsWith($"airgap.lock.json({line},{column}): ", problem.Message);
    }

    [TestMethod]
    public void AllMistakesAreFoundAtOnce()
    {
        Read($$"""{ "version": 3, "items": { "a b": "{{A}}", "host.io/a:v1": "none", "host.io/b": 1 }, "more": true }""",
            out ImmutableArray<Diagnostic> problems);
        Assert.HasCount(6, problems);
    }

    [TestMethod]
    public void AFolderInItsPlaceIsAnErrorAndNoFileIsNone()
    {
        using TempFolder folder = new();
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        Assert.IsNull(ProjectLockReader.Read(folder["airgap.lock.json"], problems));
        Assert.IsEmpty(problems);
        Directory.CreateDirectory(folder["airgap.lock.json"]);
        ProjectLockReader.Read(folder["airgap.lock.json"], problems);
        Assert.AreEqual(ErrorCode.AccessDenied, Assert.ContainsSingle(problems).Code);
    }

    [TestMethod]
    public void AnyBytesGiveALockOrProblemsWithAPlaceInTheFile()
    {
        byte[] good = Encoding.UTF8.GetBytes(
            $$"""{{"{"}} "version": 1, "items": { "host.io/a:v1": "{{A}}", "host.io/ä:v1": "{{B}}" } }""" + "\n");
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            byte[] bytes = good[..length];
            if (at < bytes.Length)
                bytes[at] = value;
            ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
            ProjectLock read = ProjectLockReader.Read("airgap.lock.json", bytes, problems);
            return problems.All(problem => problem.Location is { Line: 1 or 2, Column: > 0 } place && place.Column <= length + 1)
                && read.Entries.Values.All(entry => entry.Digest.HasValue);
        });
    }

    [TestMethod]
    public void EveryLockThatIsWrittenIsReadAsItWas() =>
        Gen.Dictionary(
                Gen.Select(Gen.Char["abcxyz09"].Array[1, 8], Gen.Char["abcABC09._-"].Array[0, 8],
                    (name, tag) => $"host.io/{new string(name)}:v{new string(tag)}"),
                Gen.Byte.Array[0, 4].Select(bytes => Digest.Compute(bytes)))
            .Sample(entries =>
            {
                ProjectLock written = new(
                    ProjectLock.Empty.Entries.AddRange(
                        entries.Select(pair => KeyValuePair.Create(pair.Key, new ProjectLockEntry(pair.Value, null)))));
                ProjectLock read = Read(written.ToJson(), out ImmutableArray<Diagnostic> problems);
                return problems.IsEmpty && read.Entries.Select(pair => (pair.Key, pair.Value.Digest))
                    .SequenceEqual(written.Entries.Select(pair => (pair.Key, pair.Value.Digest)));
            });

    private static ProjectLock Read(string json, out ImmutableArray<Diagnostic> problems)
    {
        ImmutableArray<Diagnostic>.Builder found = ImmutableArray.CreateBuilder<Diagnostic>();
        ProjectLock read = ProjectLockReader.Read("airgap.lock.json", Encoding.UTF8.GetBytes(json), found);
        problems = found.ToImmutable();
        return read;
    }
}

using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Tests.Declarations;

/// <summary>Any file of a project's bundle may define its PackageRepository, but they must agree.</summary>
[TestClass]
public sealed class ContentMetadataTests
{
    [TestMethod]
    public void MetadataOfAnyFile_IsTheBundles()
    {
        IReadOnlyDictionary<string, string> said = Of(
            [("namespace", " packages "), ("Link", "a.yml")],
            [("PackageRepository", "repo"), ("Namespace", "packages"), ("SecretName", "")]);

        Assert.AreSequenceEqual(
            new[] { "PackageRepository=repo", "namespace=packages" },
            [.. said.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)]);
    }

    [TestMethod]
    public void TwoThatContradictEachOther_AreOneError()
    {
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => Of([("Namespace", "one")], [("Namespace", "two")]));

        Assert.AreEqual(ErrorCode.ConflictingObject, failure.Code);
        Assert.AreEqual(2, failure.Location?.Line);
        Assert.Contains("'one' and 'two' as Namespace", failure.Message);
    }

    private static IReadOnlyDictionary<string, string> Of(params (string Name, string Value)[][] files) =>
        ContentMetadata.Of(files.Select((file, index) =>
        ((IReadOnlyDictionary<string, string>)file.ToDictionary(pair => pair.Name, pair => pair.Value),
            (Func<SourceLocation?>)(() => new SourceLocation("App.csproj", index + 1)))));
}

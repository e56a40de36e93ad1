using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Deriving;

namespace Airgap.Transfer.Tests.Deriving;

/// <summary>A derived index keeps the bytes of kept entries; equivalent selections are read alike.</summary>
[TestClass]
public sealed class IndexEditorTests
{
    private static readonly Digest s_one = Digest.Compute("one"u8);
    private static readonly Digest s_two = Digest.Compute("two"u8);

    [TestMethod]
    public void KeptEntries_StayUnchanged()
    {
        string one =
            $$$"""{ "mediaType":"{{{MediaTypes.DockerManifest}}}",  "size": 7, "digest": "{{{s_one}}}", "platform": {"os":"linux","architecture":"amd64", "x-é": 1.50} }""";
        string two =
            $$$"""{"mediaType":"{{{MediaTypes.DockerManifest}}}","digest":"{{{s_two}}}","size":9,"data":"AAAA","platform":{"os":"linux","architecture":"arm64","variant":"v8"}}""";
        Manifest index = Manifest.Parse(
            Encoding.UTF8.GetBytes(
                $$$"""{ "schemaVersion": 2, "mediaType": "{{{MediaTypes.DockerManifestList}}}", "x": [1, 2.0], "manifests": [ {{{one}}}, {{{two}}} ] }"""));
        ImmutableArray<IndexChild> children = IndexEditor.Read(index);
        Assert.AreSequenceEqual(["linux/amd64", "linux/arm64/v8"], children.Select(child => child.Platform!));

        Manifest first = IndexEditor.Write(index, [children[0].Descriptor, null]);
        Assert.AreEqual($$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.DockerManifestList}}}","x":[1, 2.0],"manifests":[{{{one}}}]}""",
            Encoding.UTF8.GetString(first.Bytes.Span));
        Assert.AreEqual(MediaTypes.DockerManifestList, first.MediaType);

        // Embedded old content is removed with it.
        Manifest other = IndexEditor.Write(index, [null, new Descriptor(MediaTypes.DockerManifest, s_one, 70)]);
        Assert.Contains(
            $$$"""[{"mediaType":"{{{MediaTypes.DockerManifest}}}","digest":"{{{s_one}}}","size":70,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]""", Encoding.UTF8.GetString(other.Bytes.Span));
    }

    [TestMethod]
    [DataRow("linux/arm64", "linux/arm64/v8", true)]
    [DataRow("linux/arm64/v8", "linux/arm64", true)]
    [DataRow("linux/arm/v7", "linux/arm", true)]
    [DataRow("linux/arm/v6", "linux/arm/v7", false)]
    [DataRow("linux/amd64", "windows/amd64", false)]
    [DataRow("linux/amd64", "linux/amd64/v2", true)]
    [DataRow("linux/amd64/v1", "linux/amd64/v2", false)]
    public void APlatformTakesItsVariants(string wanted, string has, bool takes) =>
        Assert.AreEqual(takes, PlatformChoice.Parse(wanted).Takes(has));

    [TestMethod]
    [DataRow("a.b.c @ >= 1.2.0   <2.0.0", "a.b.c@>= 1.2.0 <2.0.0")]
    [DataRow("a.b.c@latest", "a.b.c@latest:1")]
    [DataRow("a.b.c@latest:3 1.x", "a.b.c@1.x latest:3")]
    [DataRow("*", "*")]
    public void AChoiceIsWrittenInOneWay(string text, string canonical)
    {
        Assert.AreEqual(canonical, PackageChoice.Parse(text).ToString());
        Assert.AreEqual(canonical, PackageChoice.Parse(canonical).ToString());
    }

    /// <summary>
    /// Random selections are read or refused, and a selection that is read is equal after it is written and read again.
    /// </summary>
    [TestMethod]
    public void AnyTextIsReadOrRefused()
    {
        Random random = new(20261129);
        string[] parts = ["a", "b.c", "*", "?", "@", " ", ">=", "<", "!", "=", "1", "1.2", "1.2.3", "1.x", "-rc.1", "+b", "||", "latest",
            "latest:2", ":", "\u0000", "é", "99999999999999999999"];
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                PackageChoice choice = PackageChoice.Parse(text);
                Assert.AreEqual(choice.ToString(), PackageChoice.Parse(choice.ToString()).ToString());
                read++;
            }
            catch (AirgapException e)
            {
                Assert.AreEqual(ErrorCode.InvalidSelection, e.Code);
            }
        }

        Assert.IsGreaterThan(100, read);
    }
}

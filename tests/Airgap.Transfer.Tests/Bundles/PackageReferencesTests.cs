using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using CsCheck;

namespace Airgap.Transfer.Tests.Bundles;

[TestClass]
public sealed class PackageReferencesTests
{
    private const string File = "packages/app.yml";

    [TestMethod]
    public void APackagesImageIsFoundWithItsPlace()
    {
        string path = Path.Combine(Fixtures.Input("simple-app-bundle"), "packages", "simple-app.example.com", "1.0.0.yml");
        using FileStream yaml = System.IO.File.OpenRead(path);
        PackageReference reference = PackageReferences.Find(yaml, File).Single();
        Assert.AreEqual("registry.local:5055/apps/frontend", reference.Image);
        Assert.AreEqual("packages/app.yml(13,18)", reference.Location.ToString());
        Assert.IsTrue(yaml.CanRead, "the stream is the caller's");
    }

    [TestMethod]
    public void EveryDocumentAndLevelIsLookedThrough() => CollectionAssert.AreEqual(
        new[] { "a", "b", "c", "d", "e", "f" },
        Images("""
            image: a
            other: x
            ---
            - image: "b"
            - [{image: 'c'}, {x: {image: d}}]
            - ? {image: e}
              : image
            - image: {image: f}
            """));

    [TestMethod]
    public void TextThatIsNoImage_IsSkipped() => Assert.IsEmpty(
        Images("""
            images: a
            Image: a
            x: image
            y: [image, a]
            image: [a]
            z: {image: }
            q: {image: ~, r: {image: null}, s: {image: ""}}
            t: {? [image] : a}
            """));

    [TestMethod]
    public void AliasesAndMergeKeysAreWhatTheyStandFor_AndEachTextIsFoundOnce() => CollectionAssert.AreEqual(
        new[] { "a", "b", "c" },
        Images("""
            x: &x {image: a}
            y: *x
            z: &z [*x, *x, *x]
            w: [*z, *z]
            v: &image image
            *image : b
            u: &u c
            image: *u
            m: {<<: *x, other: 1}
            """));

    [TestMethod]
    public void AnAliasIsFoundWhereItStands()
    {
        PackageReference[] found =
            [.. Find("app: &app r.corp.com/a\nspec:\n  image: *app\n  fetch:\n  - image:\n      url: *app\n"u8.ToArray())];
        CollectionAssert.AreEqual(
            new[] { "packages/app.yml(3,10)", "packages/app.yml(6,12)" },
            found.Select(reference => reference.Location.ToString()).ToArray());
        Assert.AreEqual("image", found[1].FetchKind);
    }

    [TestMethod]
    public void ALockThatAPackageCarriesCountsAsTheLockOfItsFiles()
    {
        ImmutableArray<PackageReference> found = Find(Encoding.UTF8.GetBytes("""
            spec:
              template:
                spec:
                  fetch:
                  - inline:
                      paths:
                        config.yml: |
                          image: r.corp.com/locked
                          other: {image: r.corp.com/free}
                        .imgpkg/images.yml: |
                          kind: ImagesLock
                          images:
                          - image: r.corp.com/locked@sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4
                            annotations: {kbld.carvel.dev/id: r.corp.com/locked}
            """));
        Assert.AreSequenceEqual(
            new[] { "inline r.corp.com/locked@sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4",
                "inline r.corp.com/free" },
            found.Select(reference => $"{reference.FetchKind} {reference.Image}"));
        Assert.IsTrue(PackageReferences.NotRelocated(found, []).All(warning => warning.Code == ErrorCode.FetchNotRelocated));
    }

    [TestMethod]
    public void YttTemplatesAreReadAsFarAsTheyAreYaml() => CollectionAssert.AreEqual(
        new[] { "registry.corp.com/a", "(@= data.values.registry @)/b" },
        Images("""
            #@ load("@ytt:data", "data")
            ---
            image: registry.corp.com/a
            #@ for x in range(2):
            x:
              image: #@ data.values.image
            #@ end
            y:
              image: (@= data.values.registry @)/b
            """));

    [TestMethod]
    public void OtherFetchesOfAPackage_AreFound_AndWarnedOf()
    {
        ImmutableArray<PackageReference> found = Find(Encoding.UTF8.GetBytes("""
            spec:
              template:
                spec:
                  fetch:
                  - image: {url: r.corp.com/a}
                  - http:
                      url: https://corp.com/b.tgz
                  - helmChart:
                      name: c
                      repository: {url: "https://charts.corp.com"}
                  - git:
                      url: https://corp.com/d.git
                  - imgpkgBundle:
                      image: r.corp.com/e
              links:
              - http: {url: https://corp.com/not-fetched}
            url: https://corp.com/neither
            """));
        Assert.AreSequenceEqual(
            new[] { "image r.corp.com/a", "http https://corp.com/b.tgz", "helmChart https://charts.corp.com",
                "git https://corp.com/d.git", " r.corp.com/e" },
            found.Select(reference => $"{reference.FetchKind} {reference.Image}"));
        ImmutableArray<Diagnostic> warnings =
            PackageReferences.NotRelocated(found, [("r.corp.com/a@sha256:1", "r.corp.com/a"), ("r.corp.com/e@sha256:2", "r.corp.com/e")]);
        Assert.HasCount(4, warnings);
        Assert.IsTrue(warnings.All(warning => warning.Code == ErrorCode.FetchNotRelocated));
        Assert.AreEqual("packages/app.yml(5,22)", warnings[0].Location!.ToString());
    }

    [TestMethod]
    public void ReferencesBeforeTheFirstError_AreFound() => CollectionAssert.AreEqual(
        new[] { "a", "b" },
        Images("image: a\n---\nx: {image: b\n]\ny: {image: c}\n"));

    [TestMethod]
    public void AByteOrderMarkIsTaken() => CollectionAssert.AreEqual(new[] { "a" }, Images("\uFEFFimage: a"));

    [TestMethod]
    public void DeepAndLongFilesEnd()
    {
        Images(new string('[', 2_000_000));
        Images(string.Concat(Enumerable.Repeat("- ", 1_000_000)));
        Images(string.Concat(Enumerable.Repeat("{a: ", 500_000)));
        Images(string.Concat(Enumerable.Repeat("? ", 500_000)));
        Images(string.Concat(Enumerable.Range(0, 5_000).Select(i => new string(' ', i % 1000) + "a:\n")));
        Assert.HasCount(1, Images("image: a\n" + new string('#', 8 << 20) + "\nx: {image: b}"));
    }

    [TestMethod]
    public void AnyBytesHaveAnAnswer() => Gen.Byte.Array[0, 200].Sample(bytes => { Find([.. "image: a\n"u8, .. bytes]); });

    [TestMethod]
    public void AnyYamlCharactersHaveAnAnswer() =>
        Gen.String[Gen.Char["image: a\n-?&*!|>'\"%@`{}[],#\t~<\\0x"], 0, 60].Sample(text => { Images(text); }, iter: 20_000);

    [TestMethod]
    public void AReferenceIsRewrittenWhereItEqualsAnIdOrTheImageOfAnEntryWithoutOne()
    {
        const string Pinned = "r.corp.com/c@sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";
        PackageReference[] references =
            [At("r.corp.com/a", 1), At("r.corp.com/b", 2), At(Pinned, 3), At("not an image", 4), At("r.corp.com/A:1", 5)];
        ImmutableArray<Diagnostic> warnings =
            PackageReferences.NotRelocated(references, [("r.corp.com/x@sha256:1", "r.corp.com/a"), (Pinned, null)]);
        Diagnostic warning = warnings.Single();
        Assert.AreEqual(ErrorCode.ReferenceNotRelocated, warning.Code);
        Assert.AreEqual("r.corp.com/b", warning.Reference);
        Assert.AreEqual(references[1].Location, warning.Location);
        Assert.Contains("packages/app.yml(2,1)", warning.Message);
        Assert.Contains("kbld", warning.Advice);
    }

    [TestMethod]
    public void AReferenceThatEqualsAnImageUnderAnotherIdStaysAsObserved()
    {
        const string Pinned = "r.corp.com/c@sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";
        Diagnostic warning = PackageReferences.NotRelocated([At(Pinned, 1)], [(Pinned, "r.corp.com/c")]).Single();
        Assert.Contains("under the kbld.carvel.dev/id 'r.corp.com/c'", warning.Message);
        Assert.IsEmpty(PackageReferences.NotRelocated([At("r.corp.com/c", 1)], [(Pinned, "r.corp.com/c")]));
    }

    [TestMethod]
    public void TextsAreComparedLetterForLetter()
    {
        Assert.HasCount(1, PackageReferences.NotRelocated([At("r.corp.com/a:latest", 1)], [("r.corp.com/x@sha256:1", "r.corp.com/a")]));
        Assert.HasCount(1, PackageReferences.NotRelocated([At("docker.io/library/a", 1)], [("r.corp.com/x@sha256:1", "a")]));
    }

    private static PackageReference At(string image, int line) => new(image, new SourceLocation(File, line, 1));

    private static string[] Images(string yaml) => [.. Find(Encoding.UTF8.GetBytes(yaml)).Select(reference => reference.Image)];

    private static ImmutableArray<PackageReference> Find(byte[] yaml)
    {
        using MemoryStream stream = new(yaml);
        return PackageReferences.Find(stream, File);
    }
}

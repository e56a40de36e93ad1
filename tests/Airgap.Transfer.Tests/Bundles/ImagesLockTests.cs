using System.Text;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using CsCheck;

namespace Airgap.Transfer.Tests.Bundles;

[TestClass]
public sealed class ImagesLockTests
{
    private const string Digest = "sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd";

    private static readonly string[] s_pieces =
        ["a", " ", "\n", ":", "#", "-", "'", "\"", "\t", "é", "😀", "word", "0", "1", ".", "\r", "\u2028", "\uFEFF", "~"];

    [TestMethod]
    public void EveryKindOfScalarComesOutAsImgpkgWritesIt()
    {
        byte[] input = File.ReadAllBytes(Fixtures.Golden("lock-quoting.in.yml"));
        ImagesLock relocated = MoveTo(ImagesLock.Read(input, "lock-quoting.in.yml"), "registry.local:5055/out/lock");
        Assert.AreEqual(File.ReadAllText(Fixtures.Golden("lock-quoting.out.yml")), relocated.ToYaml());
    }

    [TestMethod]
    [GoldenBundles]
    public void TheImagesOfARelocatedBundleAreWrittenAsImgpkgWritesThem(string bundle)
    {
        byte[] input = File.ReadAllBytes(Path.Combine(Fixtures.Input(bundle), ".imgpkg", "images.yml"));
        ImagesLock relocated = MoveTo(ImagesLock.Read(input, "images.yml"), $"registry.local:5055/mirror/{bundle}");
        Assert.AreEqual(File.ReadAllText(Fixtures.Golden($"{bundle}.mirror-pull.images.yml")), relocated.ToYaml());
    }

    [TestMethod]
    [DataRow("n", "false")]
    [DataRow("y", "true")]
    [DataRow("Yes", "true")]
    [DataRow("off", "false")]
    [DataRow("1.0", "1")]
    [DataRow("1.50", "1.5")]
    [DataRow("0777", "511")]
    [DataRow("0o17", "15")]
    [DataRow("0x1F", "31")]
    [DataRow("-0b11", "-3")]
    [DataRow("08", "8")]
    [DataRow("+7", "7")]
    [DataRow("1_000", "1000")]
    [DataRow("1e3", "1000")]
    [DataRow("1e6", "1e+06")]
    [DataRow("1234567.0", "1.234567e+06")]
    [DataRow("0.00001", "1e-05")]
    [DataRow("0.0001", "0.0001")]
    [DataRow("123456.5", "123456.5")]
    [DataRow("0.1", "0.1")]
    [DataRow(".5", "0.5")]
    [DataRow("-.inf", "-Inf")]
    [DataRow(".nan", "NaN")]
    [DataRow("1e300", "+Inf")]
    [DataRow("1e999", "1e999")]
    [DataRow("18446744073709551615", "18446744073709551615")]
    [DataRow("9223372036854775808", "9223372036854775808")]
    [DataRow("-9223372036854775808", "-9223372036854775808")]
    [DataRow("18446744073709551616", "1.8446744e+19")]
    [DataRow("~", "")]
    [DataRow("null", "")]
    [DataRow("", "")]
    [DataRow("2001-01-01", "2001-01-01")]
    [DataRow("1:20", "1:20")]
    [DataRow("nginx:1.0", "nginx:1.0")]
    [DataRow("1.2.3", "1.2.3")]
    [DataRow("'n'", "n")]
    [DataRow("\"1.0\"", "1.0")]
    [DataRow("No way", "No way")]
    public void UnquotedAnnotationsAreReadAsYaml11(string written, string expected)
    {
        ImagesLock read = ImagesLock.Read(Yaml($"""
            apiVersion: imgpkg.carvel.dev/v1alpha1
            kind: ImagesLock
            images:
            - image: r.local/a@{Digest}
              annotations:
                key: {written}
            """), "images.yml");
        Assert.AreEqual(expected, read.Images[0].Annotations["key"]);
    }

    [TestMethod]
    public void ShortNamesAreExpandedAndTagsBesideADigestDropped()
    {
        ImagesLock read = ImagesLock.Read(Yaml($"""
            APIVERSION: imgpkg.carvel.dev/v1alpha1
            Kind: ImagesLock
            Images:
            - IMAGE: ubuntu:22.04@{Digest}
            """), "images.yml");
        Assert.AreEqual($"index.docker.io/library/ubuntu@{Digest}", read.Images[0].Image.ToString());
        Assert.IsNull(read.Images[0].Image.Tag);
    }

    [TestMethod]
    [DataRow("images:\n- image: r.local/a:1", "images.yml(4,10)", ErrorCode.LockWithoutDigest)]
    [DataRow("images:\n- image: r.local/A@sha256:12", "images.yml(4,10)", ErrorCode.InvalidLock)]
    [DataRow("images:\n- annotations: {}", "images.yml(4,3)", ErrorCode.InvalidLock)]
    [DataRow("imagees: []", "images.yml(3,1)", ErrorCode.InvalidLock)]
    [DataRow("images: []\nImages: []", "images.yml(4,1)", ErrorCode.InvalidLock)]
    [DataRow("images: {}", "images.yml(3,9)", ErrorCode.InvalidLock)]
    [DataRow("images:\n- image: [", "images.yml(", ErrorCode.InvalidLock)]
    [DataRow("images:\n- annotations: {a: b, a: c}\n  image: x", "images.yml(", ErrorCode.InvalidLock)]
    [DataRow("images:\n- annotations: &x {a: b}", "images.yml(4,16)", ErrorCode.InvalidLock)]
    [DataRow("images:\n- annotations: *x", "images.yml(4,16)", ErrorCode.InvalidLock)]
    [DataRow("images: !!seq []", "images.yml(3,9)", ErrorCode.InvalidLock)]
    [DataRow("images:\n- annotations: {<<: {a: b}}", "images.yml(4,17)", ErrorCode.InvalidLock)]
    [DataRow("images: [\u0001]", "images.yml(3,10)", ErrorCode.InvalidLock)]
    [DataRow("images: []\n---\nimages: []", "images.yml(4,1)", ErrorCode.InvalidLock)]
    [DataRow("images:\n- annotations: {a: [b]}\n  image: x", "images.yml(4,20)", ErrorCode.InvalidLock)]
    [DataRow("images:\n- annotations: {a: \"\\ud800\"}\n  image: x", "images.yml(", ErrorCode.InvalidLock)]
    public void Problems_AreReportedWithTheirPlace(string body, string place, ErrorCode code)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => ImagesLock.Read(Yaml("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n" + body), "images.yml"));
        Assert.AreEqual(code, e.Code, e.Message);
        StringAssert.StartsWith(e.Message, place);
        StringAssert.StartsWith(e.Location!.ToString(), place);
        Assert.IsTrue(e.Advice.Length > 0);
    }

    [TestMethod]
    [DataRow("apiVersion: imgpkg.carvel.dev/v2\nkind: ImagesLock", "images.yml(1,13)")]
    [DataRow("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: BundleLock\nbundle: {}", "images.yml(2,7)")]
    [DataRow("kind: ImagesLock", "images.yml(1,1)")]
    [DataRow("", "images.yml")]
    [DataRow("just text", "images.yml(1,1)")]
    [DataRow("\0", "images.yml(1,1)")]
    public void AnotherVersionOrKindIsRefused(string text, string place)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => ImagesLock.Read(Yaml(text), "images.yml"));
        Assert.AreEqual(ErrorCode.InvalidLock, e.Code);
        Assert.AreEqual(place, e.Location!.ToString(), e.Message);
    }

    [TestMethod]
    public void AFileThatIsNotUtf8_IsRefused()
    {
        byte[] utf16 = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("kind: ImagesLock")).ToArray();
        foreach (byte[] bytes in new[] { utf16, [(byte)'a', (byte)':', (byte)'\n', 0xFF] })
        {
            AirgapException e = Assert.ThrowsExactly<AirgapException>(() => ImagesLock.Read(bytes, "images.yml"));
            Assert.AreEqual(ErrorCode.InvalidLock, e.Code);
        }
    }

    [TestMethod]
    [Timeout(60_000)]
    [DataRow("[", 1_000_000)]
    [DataRow("{a: ", 500_000)]
    [DataRow("- ", 500_000)]
    [DataRow("? ", 500_000)]
    [DataRow("\n- a", 1_100_000)]
    [DataRow("a\n ", 500_000)]
    public void HostileYaml_EndsSoon(string part, int count)
    {
        StringBuilder text = new("x: ");
        text.Insert(text.Length, part, count);
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => ImagesLock.Read(Yaml(text.ToString()), "images.yml"));
        Assert.AreEqual(ErrorCode.InvalidLock, e.Code);
    }

    [TestMethod]
    [Timeout(60_000)]
    [DataRow("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n", "anchors and aliases")]
    [DataRow("images: !!python/object:os.system [a]\n", "tags")]
    [DataRow("images: !<tag:yaml.org,2002:binary> aGk=\n", "tags")]
    [DataRow("<<: {kind: ImagesLock}\n", "merge keys")]
    public void ExplosiveOrNonTextualYaml_IsRefused(string yaml, string why)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => ImagesLock.Read(Yaml("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n" + yaml), "images.yml"));
        Assert.AreEqual(ErrorCode.InvalidLock, e.Code);
        Assert.Contains(why, e.Message);
    }

    [TestMethod]
    [Timeout(120_000)]
    [DataRow("x", "")]
    [DataRow("\"", "\"")]
    [DataRow("|\n      ", "")]
    public void AHugeScalarIsReadSoon(string before, string after)
    {
        const string head = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: " +
            "r.io/a@sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4\n  annotations:\n    a: ";
        ImagesLock lockFile = ImagesLock.Read(Yaml(head + before + new string('y', 1_000_000) + after + "\n"), "images.yml");
        Assert.IsGreaterThanOrEqualTo(1_000_000, lockFile.Images[0].Annotations["a"].Length);
    }

    [TestMethod]
    public void ALockOfMoreThan64MiBIsRefused()
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => ImagesLock.Read(new MemoryStream(new byte[(64 * 1024 * 1024) + 1]), "images.yml"));
        Assert.AreEqual(ErrorCode.InvalidLock, e.Code);
        Assert.Contains("64 MiB", e.Message);
    }

    [TestMethod]
    public void AnyBytesAreReadOrRefusedAndNeverThrowAnythingElse()
    {
        byte[] good = File.ReadAllBytes(Fixtures.Golden("lock-quoting.in.yml"));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Int[0, 40], Gen.Byte.Array[0, 8]).Sample((at, remove, insert) =>
        {
            byte[] bytes = [.. good.AsSpan(0, at), .. insert, .. good.AsSpan(Math.Min(good.Length, at + remove))];
            try
            {
                ImagesLock.Read(bytes, "images.yml");
            }
            catch (AirgapException e) when (e.Code is ErrorCode.InvalidLock or ErrorCode.LockWithoutDigest)
            {
            }
        });
    }

    [TestMethod]
    public void AnnotationsOfAnyTextComeBack()
    {
        Gen<string> text = Gen.OneOf(
            Gen.String[0, 60],
            Gen.Int[0, s_pieces.Length - 1].Select(i => s_pieces[i]).Array[0, 60].Select(string.Concat))
            .Where(IsWellFormed);
        Gen.Dictionary(text, text)[0, 4].Sample(annotations =>
        {
            ImagesLock written = new(
                [new LockedImage(ImageReference.Parse($"r.local/a@{Digest}"), LockedImage.NoAnnotations.AddRange(annotations))]);
            ImagesLock read = ImagesLock.Read(Yaml(written.ToYaml()), "images.yml");
            CollectionAssert.AreEquivalent(annotations.ToList(), read.Images[0].Annotations.ToList(), written.ToYaml());
        });

        // Half a surrogate pair has no UTF-8 encoding.
        static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xFFFD);
    }

    [TestMethod]
    public void ALockWithoutImagesHasNoListOfThem() => Assert.AreEqual(
        "---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n",
        new ImagesLock([]).ToYaml());

    private static ImagesLock MoveTo(ImagesLock images, string repository) => new(
        [.. images.Images.Select(
            image => image with { Image = ImageReference.ByDigest(RepositoryName.Parse(repository), image.Image.Digest!.Value) })]);

    private static byte[] Yaml(string text) => Encoding.UTF8.GetBytes(text);
}

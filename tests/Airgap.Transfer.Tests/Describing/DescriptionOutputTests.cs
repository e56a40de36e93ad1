using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Describing;
using YamlDotNet.RepresentationModel;

namespace Airgap.Transfer.Tests.Describing;

/// <summary>Annotations are untrusted text: a description shows them without effect on terminals or CI systems.</summary>
[TestClass]
public sealed class DescriptionOutputTests
{
    private const string Sha = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    [TestMethod]
    [DataRow("line\n::set-env name=x::y")]
    [DataRow("\u001b[2Jgone")]
    [DataRow("##vso[task.setvariable variable=x]y")]
    [DataRow("quoted \"text\": ##[error]x")]
    [DataRow("a word that is folded after column eighty because it is so very long that it has to be, and ::set-env name=x::y")]
    [DataRow("\u202eright to left")]
    [DataRow("next\u0085line\u2028and more")]
    public void HarmfulText_IsEscaped_AndTheYamlHasItsValue(string value)
    {
        foreach ((string key, string text) in new[] { ("note", value), (value, "note") })
        {
            BundleDescription bundle = With(key, text);
            string yaml = DescriptionYaml.Write(bundle);
            AssertHarmless(yaml);
            AssertHarmless(DescriptionText.Write(bundle));
            Assert.HasCount(9, DescriptionText.Write(bundle).Split('\n'), "An annotation is one line.");

            YamlStream stream = [];
            stream.Load(new StringReader(yaml));
            YamlNode annotations = stream.Documents[0].RootNode["content"]["images"][Sha]["annotations"];
            Assert.AreEqual(text, ((YamlScalarNode)annotations[key]).Value);
        }
    }

    [TestMethod]
    public void AHarmlessTextIsWrittenAsImgpkgDoes()
    {
        BundleDescription bundle = With("note", "two\nlines # and ## more::less");
        Assert.Contains("        note: |-\n          two\n          lines # and ## more::less\n", DescriptionYaml.Write(bundle));
        Assert.Contains("      note: two\\x0alines", DescriptionText.Write(bundle));
    }

    private static void AssertHarmless(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            Assert.IsFalse(line.Any(c => char.IsControl(c) || c is '\u202e' or '\u2028'), line);
            Assert.DoesNotContain("##vso[", line);
            Assert.DoesNotContain("##[", line);
            Assert.IsFalse(line.TrimStart().StartsWith("::", StringComparison.Ordinal), line);
        }
    }

    private static BundleDescription With(string key, string value)
    {
        ImageReference image = ImageReference.Parse("host.io/a@" + Sha);
        return new BundleDescription
        {
            Image = image,
            Origin = image,
            Images = [new ImageDescription { Image = image, Origin = image, Kind = DescribedKind.Image,
                Annotations = ImmutableSortedDictionary<string, string>.Empty.Add(key, value) }],
        };
    }
}

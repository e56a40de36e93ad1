using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>The forms in which servers repeat a secret.</summary>
[TestClass]
public sealed class EchoedSecretTests
{
    private const string Secret = "s3cret+of/the=test&\"more\"?yes ä%";

    public static IEnumerable<(string Name, string Form)> Forms =>
    [
        ("as it is", Secret),
        ("percent-encoded", Uri.EscapeDataString(Secret)),
        ("percent-encoded in small letters", Uri.EscapeDataString(Secret).ToLowerInvariant()),
        ("percent-encoded with the slash kept", Uri.EscapeDataString(Secret).Replace("%2F", "/", StringComparison.Ordinal)),
        ("as a form", WebUtility.UrlEncode(Secret)),
        ("for HTML", WebUtility.HtmlEncode(Secret)),
        ("for JSON", JavaScriptEncoder.Default.Encode(Secret)),
        ("for JSON, little escaped", JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Secret)),
        ("for JSON, the slash escaped",
            Secret.Replace("/", "\\/", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)),
        ("in hexadecimal", Convert.ToHexString(Encoding.UTF8.GetBytes(Secret))),
        ("in base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))),
        ("in base64 behind a user", Convert.ToBase64String(Encoding.UTF8.GetBytes("robot:" + Secret))),
        ("in base64 behind another user", Convert.ToBase64String(Encoding.UTF8.GetBytes("bob:" + Secret + "!"))),
        ("in base64 for URLs", Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + Secret)).Replace('+', '-').Replace('/', '_')),
    ];

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void EveryFormIsTakenOut(string name, string form)
    {
        KnownSecrets secrets = new();
        secrets.Add(Secret);
        Assert.IsNotNull(secrets.FindIn(form.ToLowerInvariant()) ?? secrets.FindIn(form) ?? name, "the form is one");
        string shown = EchoedSecret.Remove($"before {form} behind", Secret);
        Assert.AreEqual("before REDACTED behind", shown, name);
    }

    [TestMethod]
    public void OtherWordsStay() =>
        Assert.AreEqual("denied for robot, tagged v1.0", EchoedSecret.Remove("denied for robot, tagged v1.0", Secret));

    [TestMethod]
    [DataRow("robot:hunter2hunter2@registry.corp.com/apps/web:v1")]
    [DataRow("robot:hunter2@hunter2@registry.corp.com/apps/web")]
    [DataRow("robot:hunter2/hunter2@registry.corp.com/apps/web")]
    [DataRow("https://robot:hunter2hunter2@registry.corp.com/apps/web:v1")]
    [DataRow("robot:hunter2hunter2@registry.corp.com")]
    public void AReferenceWithAPasswordIsRefusedWithoutIt(string text)
    {
        AirgapException[] all =
        [
            Assert.ThrowsExactly<AirgapException>(() => ImageReference.Parse(text)),
            Assert.ThrowsExactly<AirgapException>(() => ImageReference.Parse(text + "@sha256:" + new string('a', 64))),
            Assert.ThrowsExactly<AirgapException>(() => RepositoryName.Parse(text)),
        ];
        foreach (AirgapException e in all)
        {
            Assert.DoesNotContain("hunter2", $"{e} {e.Advice} {e.Reference}");
            Assert.DoesNotContain("robot", $"{e.Message} {e.Reference}");
            Assert.Contains("registry.corp.com", e.Message);
        }
    }

    [TestMethod]
    [DataRow("registry.corp.com:5000/apps/web:v1@latest")]
    [DataRow("apps/web@sha256:short")]
    [DataRow("registry.corp.com:5000/apps/web@sha512:short")]
    public void AWrongDigestIsShown(string text) =>
        Assert.Contains($"'{text}'", Assert.ThrowsExactly<AirgapException>(() => ImageReference.Parse(text)).Message);
}

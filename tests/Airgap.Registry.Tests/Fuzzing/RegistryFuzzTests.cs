using Airgap.Oci;
using Airgap.Registry.Page;
using Airgap.Registry.Storage;
using Airgap.Registry.Users;
using Airgap.TestKit;
using Airgap.TestKit.Fuzzing;

namespace Airgap.Registry.Tests.Fuzzing;

/// <summary>Input of a registry is read, or refused with a printable message.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class RegistryFuzzTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void PasswordFiles_AreReadOrRefused()
    {
        using TempFolder folder = new();
        string path = folder["htpasswd"];
        Fuzz.Run(TestContext, "htpasswd", bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using PasswordFile file = new(path);
        }, ["user:", "$2y$", "$2b$05$", "+5", "31", "#", ":", "./", "\n"]);
    }

    [TestMethod]
    public void ManifestsThatAreStored_AreReadOrRefused() => Fuzz.Run(TestContext, "manifest", bytes =>
    {
        if (ManifestSummary.TryRead(bytes, out string? problem) is null)
            throw new AirgapException(ErrorCode.InvalidManifest, problem ?? "", "None.");
    }, ["{", "}", "[", "null", "\\ud800", "\"subject\":", "\"annotations\":{", "\"artifactType\":\"", "\"config\":",
        "\"mediaType\":\"text/html\"", "9223372036854775807"]);

    [TestMethod]
    public void TextsOnThePage_StayText() => Fuzz.Run(TestContext, "reference", bytes =>
    {
        string shown = PageText.Escape(System.Text.Encoding.UTF8.GetString(bytes));
        if (shown.AsSpan().ContainsAny("<>\"'"))
            Assert.Fail($"'{shown}' has markup.");
        if (shown.Contains('&', StringComparison.Ordinal))
            throw new AirgapException(ErrorCode.InvalidArgument, "It was escaped.", "None.");
    }, ["<script>", "\" onload=", "'", "&lt;", "\u202e", "</td>", "javascript:"]);
}

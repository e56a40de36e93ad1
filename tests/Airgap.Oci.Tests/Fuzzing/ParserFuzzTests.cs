using System.Text;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Creating;
using Airgap.Oci.Credentials.Docker;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Credentials.Keychains.Amazon;
using Airgap.Oci.Credentials.Variables;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Fuzzing;

namespace Airgap.Oci.Tests.Fuzzing;

/// <summary>Input from registries, helpers, files and users is read, or refused with a printable message.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ParserFuzzTests
{
    private static readonly string[] s_json = ["{\"", "\":", "null", "true", "[]", "{}", "1e5", "\\u0000", "\\ud800", "\\u001b"];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void References_AreReadOrRefused() => Run("reference", text =>
    {
        if (ImageReference.TryParse(text, out ImageReference? reference, out _))
            Assert.AreEqual(reference.ToString(), ImageReference.Parse(reference.ToString()).ToString(), "what is written is read again");
        ImageReference.Parse(text);
    }, "/", ":", "@sha256:", "localhost", "[::1]", "index.docker.io/library/", "http://", "..", "%2e", "xn--");

    [TestMethod]
    public void Digests_AreReadOrRefused() =>
        Run("digest", text => Assert.AreEqual(text, Digest.Parse(text).ToString()), "sha256:", "sha512:", "+", ".");

    [TestMethod]
    public void Challenges_AreReadOrRefused() =>
        Run("challenge", text => Refuse(ChallengeParser.Parse(text).Count == 0), "Bearer ", "Basic ", "realm=", "\"", "\\",
            ",", "=", "scope=");

    [TestMethod]
    public void Links_AreReadOrRefused() =>
        Run("link", text => Refuse(LinkHeader.Next(text) is null), "<", ">", ";", "rel=", "\"next\"", ",", "title=");

    [TestMethod]
    public void Manifests_AreReadOrRefused() =>
        Fuzz.Run(TestContext, "manifest", bytes => Manifest.Parse(bytes),
            [.. s_json, "\"size\":", "\"digest\":\"sha256:", "\"layers\":[", "\"manifests\":[", "\"mediaType\":"]);

    [TestMethod]
    public void DockerConfigs_AreReadOrRefused() => Fuzz.Run(TestContext, "docker-config", bytes =>
    {
        foreach (DockerAuthEntry entry in DockerConfigReader.Read(bytes, "config.json").Auths.Values)
            entry.ToCredential();
    }, [.. s_json, "\"auths\":", "\"auth\":\"", "\"credHelpers\":", "\"credsStore\":"]);

    [TestMethod]
    public void AnswersOfHelpers_AreReadOrRefused() =>
        Run("helper-answer", text => Refuse(!HelperResponse.TryRead(new HelperOutput(0, text, "", false), out _)),
            [.. s_json, "\"Secret\":", "\"Username\":\"<token>\""]);

    [TestMethod]
    public void SetsOfTheEnvironment_AreReadOrRefused() => Run("environment", text =>
    {
        EnvironmentVariables environment = EnvironmentVariables.Capture(new Dictionary<string, string>
        {
            ["IMGPKG_REGISTRY_HOSTNAME_1"] = text,
            ["IMGPKG_REGISTRY_USERNAME_1"] = "u",
            ["IMGPKG_REGISTRY_PASSWORD_1"] = "p",
        });
        HostSetReader.Read(environment, null);
    }, "*", "?", "[", "]", "[a-", ".", ":", "/v2/", "\\", "@");

    [TestMethod]
    public void Tokens_AreReadOrRefused() => Fuzz.Run(
        TestContext, "token", bytes => Refuse(AccessToken.Parse(bytes, DateTimeOffset.UnixEpoch) is null),
        [.. s_json, "\"token\":\"", "\"expires_in\":"]);

    [TestMethod]
    public void BodiesOfErrors_AreReadOrRefused() => Fuzz.Run(TestContext, "error-body", bytes =>
    {
        ErrorBody body = ErrorBody.Parse(bytes, "application/json");
        Assert.IsFalse(body.Text.Any(char.IsControl), "it is shown on a terminal");
        Refuse(body.Text.Length == 0);
    }, [.. s_json, "\"errors\":[", "\"code\":", "\"message\":"]);

    [TestMethod]
    public void ProfilesOfAmazon_AreReadOrRefused() => Run("aws-profile", text =>
    {
        AwsProfiles profiles = new();
        profiles.Add(text, isConfig: true);
        Refuse(profiles["default"] is null);
    }, "[profile ", "]", "=", " #", "\n ", "role_arn");

    [TestMethod]
    public void SettingsOfRepositories() => Fuzz.Run(
        TestContext, "repository-settings", bytes => RepositorySettingsFile.Parse(bytes, "settings.json"),
        [.. s_json, "\"ecr\":", "\"tags\":", "\"encryption\":", "\"harbor\":", "\"quay\":"]);

    private static void Refuse(bool refused)
    {
        if (refused)
            throw new AirgapException(ErrorCode.InvalidArgument, "It was not taken.", "None.");
    }

    private void Run(string target, Action<string> parse, params string[] tokens) =>
        Fuzz.Run(TestContext, target, bytes => parse(Encoding.UTF8.GetString(bytes)), tokens);
}

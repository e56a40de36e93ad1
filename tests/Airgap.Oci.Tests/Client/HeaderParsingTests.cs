using Airgap.Oci.Auth;
using Airgap.Oci.Uploads;
using Airgap.Oci.Wire;
using CsCheck;

namespace Airgap.Oci.Tests.Client;

[TestClass]
public sealed class HeaderParsingTests
{
    private static readonly Gen<string> s_token = Gen.String[Gen.Char.AlphaNumeric, 1, 8];
    private static readonly Gen<string> s_value = Gen.String[Gen.Char["abc019:/,=\\\" ;<>?&%"], 0, 12];

    [TestMethod]
    public void ChallengesReadBack() =>
        Gen.Select(s_token, Gen.Dictionary(s_token, s_value)[1, 4], Gen.Bool).List[1, 3].Sample(challenges =>
        {
            string header = string.Join(
                ", ", challenges.Select(
                    c => $"{c.Item1} " + string.Join(c.Item3 ? ", " : ",", c.Item2.Select(p => $"{p.Key}={Quote(p.Value)}"))));
            IReadOnlyList<Challenge> parsed = ChallengeParser.Parse(header);
            Assert.HasCount(challenges.Count, parsed);
            foreach ((var expected, Challenge actual) in challenges.Zip(parsed))
            {
                Assert.AreEqual(expected.Item1, actual.Scheme);
                foreach ((string name, string value) in expected.Item2)
                {
                    string first = expected.Item2.First(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
                    Assert.AreEqual(first, actual.Parameters[name]);
                }
            }
        });

    [TestMethod]
    public void NoTextBreaksTheParsers() => Gen.OneOf(Gen.String, s_value).Sample(text =>
    {
        _ = ChallengeParser.Parse(text);
        _ = LinkHeader.Next(text);
        _ = ScopeSet.Parse(text);
        _ = Redaction.Header("Location", text);
        _ = ErrorBody.Parse(System.Text.Encoding.UTF8.GetBytes(text), null);
        _ = AccessToken.Parse(System.Text.Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);
    });

    [TestMethod]
    [DataRow("Bearer realm=https://auth.example.com/token?a=b,service=x", "https://auth.example.com/token?a=b")]
    [DataRow("bearer REALM = \"https://a/t\" , Basic realm=\"x\"", "https://a/t")]
    [DataRow("Negotiate, Bearer realm=\"https://a/t\"", "https://a/t")]
    [DataRow("Negotiate YWJj==, Basic realm=\"x\", Bearer realm=\"https://a/t\"", "https://a/t")]
    [DataRow("Bearer realm=\"https://a/t", "https://a/t")]
    public void BearerChallengesOfTheWildAreRead(string header, string realm) =>
        Assert.AreEqual(realm, Challenge.Choose(ChallengeParser.Parse(header))!.Realm);

    [TestMethod]
    public void TheNextLinkIsFoundAmongOthers() =>
        Gen.Select(Gen.String[Gen.Char["abc/?&=,;%19"], 1, 20], s_value, Gen.Bool).Sample((target, title, quoted) =>
    {
        string rel = quoted ? "\"prefetch next\"" : "next";
        string header = $"</first>; rel=first; title={Quote(title)}, <{target}>; title={Quote(title)}; rel={rel}, </last>; rel=\"last\"";
        Assert.AreEqual(target, LinkHeader.Next(header));
    });

    [TestMethod]
    public void UploadLocationsKeepTheirQuery() =>
        Gen.Select(s_token, Gen.Dictionary(s_token, s_value)[0, 3], Gen.Bool).Sample((path, query, relative) =>
    {
        Digest digest = Digest.Compute("x"u8);
        string tail = $"/v2/{path}"
            + (query.Count == 0 ? "" : "?" + string.Join('&', query.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}")));
        Uri from = new("https://registry.example.com/v2/a/blobs/uploads/");
        Uri location = Redirects.Resolve(from, relative ? tail : "https://registry.example.com" + tail, false, new Operation("test", "x"));
        Assert.AreEqual(
            $"https://registry.example.com{tail}{(query.Count == 0 ? '?' : '&')}digest={Uri.EscapeDataString(digest.ToString())}",
            UploadSession.WithDigest(location, digest).AbsoluteUri);
    });

    [TestMethod]
    public void ScopesCoverWhatTheyHold()
    {
        ScopeSet mount = ScopeSet.PullAndPush("a").Union(ScopeSet.Pull("b"));
        Assert.IsTrue(mount.Covers(ScopeSet.Pull("a")));
        Assert.IsTrue(mount.Covers(ScopeSet.Pull("b")));
        Assert.IsFalse(mount.Covers(ScopeSet.PullAndPush("b")));
        Assert.IsFalse(ScopeSet.Pull("a").Covers(ScopeSet.PullAndPush("a")));
        Assert.AreEqual(mount, ScopeSet.Parse("repository:b:pull repository:a:push,pull"));
    }

    [TestMethod]
    [DataRow("https://user:secret@host/path?sig=secret&digest=sha256:1", "https://host/path?sig=REDACTED&digest=sha256:1")]
    [DataRow("https://host:5000/path?secret", "https://host:5000/path?REDACTED")]
    [DataRow("https://host/path", "https://host/path")]
    public void UrlsAreShownWithoutSecrets(string url, string shown) => Assert.AreEqual(shown, Redaction.Url(new Uri(url)));

    private static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}

using Airgap.Oci.Credentials.Keychains.Amazon;

namespace Airgap.Oci.Tests.Auth.Sources.Keychains;

/// <summary>Amazon's own test vectors.</summary>
[TestClass]
public sealed class AwsSignatureTests
{
    private static readonly AwsKeys s_keys = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);
    private static readonly DateTimeOffset s_time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [TestMethod]
    [DataRow("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", DisplayName = "get-vanilla")]
    [DataRow("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", DisplayName = "post-vanilla")]
    [DataRow("GET", "?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        DisplayName = "get-vanilla-query-order-key-case")]
    public void TheSignature_IsAmazons(string method, string query, string signature)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), "https://example.amazonaws.com/" + query);
        AwsSignature.Sign(request, [], s_keys, "us-east-1", "service", s_time);
        Assert.AreEqual(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
            $"Signature={signature}",
            request.Headers.NonValidated["Authorization"].ToString());
    }

    [TestMethod]
    public void AFormIsSignedWithItsType()
    {
        byte[] body = "Param1=value1"u8.ToArray();
        using HttpRequestMessage request = new(HttpMethod.Post, "https://example.amazonaws.com/") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        AwsSignature.Sign(request, body, s_keys, "us-east-1", "service", s_time);
        Assert.EndsWith(
            "SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            request.Headers.NonValidated["Authorization"].ToString());
    }
}

using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Auth.Sources.Keychains;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class AmazonTests : HelperTest
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Ecr = "POST https://api.ecr.eu-west-1.amazonaws.com/";
    private const string Sts = "POST https://sts.eu-west-1.amazonaws.com/";
    private const string Instance = "http://169.254.169.254/latest/";

    public AmazonTests()
    {
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = "ecr";
        Cloud.On(Ecr, request => request.Headers["Authorization"].Contains("Credential=", StringComparison.Ordinal)
            ? (200, $$"""{"authorizationData":[{"authorizationToken":"{{Base64("AWS:password")}}","expiresAt":4102444800.5}]}""")
            : (403, "{}"));
    }

    [TestMethod]
    public async Task KeysOfTheEnvironmentBuyThePassword()
    {
        Variables["AWS_ACCESS_KEY_ID"] = "AKID";
        Variables["AWS_SECRET_ACCESS_KEY"] = "secret";
        Variables["AWS_SESSION_TOKEN"] = "session";
        ICredentialSource source = Create();

        Assert.AreEqual(new Credential.Basic("AWS", "password"), await FindAsync(source, $"{Host}/a"));
        Assert.AreEqual(new Credential.Basic("AWS", "password"), await FindAsync(source, $"{Host}/b"), "once for a registry");

        FakeCloud.Request asked = Cloud.Asked.Single();
        Assert.AreEqual("""{"registryIds":["123456789012"]}""", asked.Body);
        Assert.AreEqual("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", asked.Headers["X-Amz-Target"]);
        Assert.AreEqual("session", asked.Headers["X-Amz-Security-Token"]);
        Assert.Contains("Credential=AKID/", asked.Headers["Authorization"]);
        Assert.Contains("/eu-west-1/ecr/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, ",
            asked.Headers["Authorization"]);
        Assert.DoesNotContain(line => line.Contains("password", StringComparison.Ordinal)
            && !line.Contains("username and password", StringComparison.Ordinal), Traced);
    }

    [TestMethod]
    [DataRow("1.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "https://ecr-fips.us-gov-west-1.amazonaws.com/")]
    [DataRow("1.dkr.ecr.cn-north-1.amazonaws.com.cn", "https://api.ecr.cn-north-1.amazonaws.com.cn/")]
    [DataRow("1.dkr.ecr.eusc-de-east-1.amazonaws.eu", "https://api.ecr.eusc-de-east-1.amazonaws.eu/")]
    [DataRow("1.dkr.ecr.us-iso-east-1.c2s.ic.gov", "https://api.ecr.us-iso-east-1.c2s.ic.gov/")]
    [DataRow("1.dkr.ecr-fips.us-isob-east-1.sc2s.sgov.gov", "https://ecr-fips.us-isob-east-1.sc2s.sgov.gov/")]
    [DataRow("public.ecr.aws", "https://api.ecr-public.us-east-1.amazonaws.com/")]
    [DataRow("1.dkr-ecr.eu-west-1.on.aws", "https://ecr.eu-west-1.api.aws/")]
    [DataRow("1.dkr-ecr-fips.us-east-1.on.aws", "https://ecr-fips.us-east-1.api.aws/")]
    [DataRow("1.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "https://ecr.cn-north-1.api.amazonwebservices.com.cn/")]
    [DataRow("ecr-public.aws.com", "https://ecr-public.us-east-1.api.aws/")]
    public async Task EachKindOfRegistryHasItsEndpoint(string host, string endpoint)
    {
        Variables["AWS_ACCESS_KEY_ID"] = Variables["AWS_SECRET_ACCESS_KEY"] = "k";
        string data = $$"""{"authorizationToken":"{{Base64("AWS:p")}}"}""";
        Cloud.On("POST " + endpoint,
            $$"""{"authorizationData":{{(host.Contains("public", StringComparison.Ordinal) ? data : $"[{data}]")}}}""");
        Assert.AreEqual(new Credential.Basic("AWS", "p"), await FindAsync($"{host}/a"));
    }

    [TestMethod]
    [DataRow("AWS_ENDPOINT_URL_ECR", "https://vpce-1.api.ecr.corp.example/", "")]
    [DataRow("AWS_ENDPOINT_URL", "http://127.0.0.1:4566/", "")]
    [DataRow("AWS_ENDPOINT_URL_ECR", "http://corp.example/", "its address is not https")]
    [DataRow("AWS_ENDPOINT_URL_ECR", "corp.example", "AWS_ENDPOINT_URL_ECR is not an http or https address")]
    public async Task AnotherAddressOfTheServiceIsTaken(string variable, string address, string refusal)
    {
        Variables["AWS_ACCESS_KEY_ID"] = Variables["AWS_SECRET_ACCESS_KEY"] = "k";
        Variables[variable] = address;
        Cloud.On("POST " + address, $$"""{"authorizationData":[{"authorizationToken":"{{Base64("AWS:elsewhere")}}"}]}""");
        if (refusal.Length == 0)
            Assert.AreEqual(new Credential.Basic("AWS", "elsewhere"), await FindAsync($"{Host}/a"));
        else
            Assert.Contains(refusal, (await RefusedAsync()).Message);
        Variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
        Assert.AreEqual(new Credential.Basic("AWS", "password"), await FindAsync($"{Host}/a"));
    }

    [TestMethod]
    public async Task AWebIdentityTakesOnItsRole()
    {
        Variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = Write(Path.Combine(Folder, "token"), "signed by the cluster\n");
        Variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
        Cloud.On(Sts, StsAnswer("AssumeRoleWithWebIdentity", "ASIA1"));

        Assert.IsNotNull(await FindAsync($"{Host}/a"));

        FakeCloud.Request asked = Cloud.Asked[0];
        Assert.AreEqual("AssumeRoleWithWebIdentity", asked.Field("Action"));
        Assert.AreEqual("signed by the cluster", asked.Field("WebIdentityToken"));
        Assert.AreEqual("arn:aws:iam::1:role/r", asked.Field("RoleArn"));
        Assert.IsFalse(asked.Headers.ContainsKey("Authorization"), "the token is the proof");
        Assert.Contains("Credential=ASIA1/", Cloud.Asked[1].Headers["Authorization"]);
        Assert.AreEqual("session of ASIA1", Cloud.Asked[1].Headers["X-Amz-Security-Token"]);
    }

    [TestMethod]
    public async Task AProfileTakesOnARoleWithAnothersKeys()
    {
        Write(Path.Combine(Home, ".aws", "config"), """
            # written by hand
            [default]
            region = us-east-1
            [profile mirror]
            role_arn = arn:aws:iam::1:role/mirror
            source_profile = base
            external_id = 42
            s3 =
              max_concurrent_requests = 1
            """);
        Write(Path.Combine(Home, ".aws", "credentials"), """
            [base]
            aws_access_key_id = AKBASE
            aws_secret_access_key = s # the first
            """);
        Variables["AWS_PROFILE"] = "mirror";
        Cloud.On(Sts, StsAnswer("AssumeRole", "ASIA2"));

        Assert.IsNotNull(await FindAsync($"{Host}/a"));

        Assert.AreEqual("AssumeRole", Cloud.Asked[0].Field("Action"));
        Assert.AreEqual("42", Cloud.Asked[0].Field("ExternalId"));
        Assert.Contains("Credential=AKBASE/", Cloud.Asked[0].Headers["Authorization"]);
        Assert.Contains("Credential=ASIA2/", Cloud.Asked[1].Headers["Authorization"]);
    }

    [TestMethod]
    public async Task TheDefaultProfilesKeysAreTakenWithoutAWord()
    {
        Write(Path.Combine(Home, ".aws", "credentials"), "[default]\r\naws_access_key_id=AK\r\naws_secret_access_key=s\r\n");
        Assert.IsNotNull(await FindAsync($"{Host}/a"));
        Assert.Contains("Credential=AK/", Cloud.Asked.Single().Headers["Authorization"]);
    }

    [TestMethod]
    [DataRow("AWS_PROFILE", "nobody", "", "the profile nobody")]
    [DataRow("AWS_PROFILE", "s", "[profile s]\nsso_start_url = x", "sso_start_url")]
    [DataRow("AWS_PROFILE", "a",
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a", "too many other profiles")]
    [DataRow("AWS_PROFILE", "a", "[profile a]\nrole_arn = r\nsource_profile = none", "keys that do not exist")]
    [DataRow("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/creds", "", "neither https nor an address of this machine")]
    [DataRow("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials", "", "cannot be reached")]
    public async Task APlaceThatCannotBeUsedIsSaid(string variable, string value, string config, string expected)
    {
        Variables[variable] = value;
        if (config.Length > 0)
            Write(Path.Combine(Home, ".aws", "config"), config);
        AirgapException e = await RefusedAsync();
        Assert.Contains(expected, e.Message);
        Assert.DoesNotContain(asked => asked.Line.Contains("evil", StringComparison.Ordinal), Cloud.Asked);
    }

    [TestMethod]
    public async Task AContainersRoleIsAskedWithItsToken()
    {
        Variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/credentials";
        Variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = Write(Path.Combine(Folder, "pod"), "pod token");
        Cloud.On("GET http://169.254.170.23/v1/credentials", """{"AccessKeyId":"ASIAC","SecretAccessKey":"s","Token":"t"}""");
        Assert.IsNotNull(await FindAsync($"{Host}/a"));
        Assert.AreEqual("pod token", Cloud.Asked[0].Headers["Authorization"]);
        Assert.Contains("Credential=ASIAC/", Cloud.Asked[1].Headers["Authorization"]);
    }

    [TestMethod]
    public async Task AnInstancesRoleIsAskedInASession()
    {
        Cloud.On($"PUT {Instance}api/token", "imds");
        Cloud.On($"GET {Instance}meta-data/iam/security-credentials/", "node-role\n");
        Cloud.On($"GET {Instance}meta-data/iam/security-credentials/node-role",
            """{"Code":"Success","AccessKeyId":"ASIAI","SecretAccessKey":"s","Token":"t"}""");
        Assert.IsNotNull(await FindAsync($"{Host}/a"));
        Assert.IsTrue(Cloud.Asked.Skip(1).Take(2).All(asked => asked.Headers["X-aws-ec2-metadata-token"] == "imds"));
        Assert.Contains("Credential=ASIAI/", Cloud.Asked[^1].Headers["Authorization"]);
    }

    [TestMethod]
    public async Task TheInstanceIsNotAskedWhereThatIsTurnedOff()
    {
        Variables["AWS_EC2_METADATA_DISABLED"] = "TRUE";
        await RefusedAsync();
        Assert.IsEmpty(Cloud.Asked);
    }

    [TestMethod]
    public async Task ARefusalByAmazon_IsReported_WithoutSecrets()
    {
        Variables["AWS_ACCESS_KEY_ID"] = "AKID";
        Variables["AWS_SECRET_ACCESS_KEY"] = "s3cr3t";
        Cloud.On(Ecr, """{"__type":"com.amazon#AccessDeniedException","message":"not authorized to perform ecr:GetAuthorizationToken."}""",
            400);
        AirgapException e = await RefusedAsync();
        Assert.AreEqual(
            "The keychain ecr has no credentials for " +
            $"{Host}: api.ecr.eu-west-1.amazonaws.com refused the keys of AWS_ACCESS_KEY_ID (AccessDeniedException: not authorized to " +
            "perform ecr:GetAuthorizationToken).",
            e.Message);
        Assert.DoesNotContain("s3cr3t", e.ToString());
    }

    [TestMethod]
    public async Task AFailingEndpointIsTriedThreeTimes()
    {
        Variables["AWS_ACCESS_KEY_ID"] = Variables["AWS_SECRET_ACCESS_KEY"] = "k";
        Cloud.On(Ecr, "", 503);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync(CreateWithTime(), $"{Host}/a"));
        Assert.Contains("answered 503", e.Message);
        Assert.HasCount(3, Cloud.Asked);
    }

    [TestMethod]
    public async Task ATokenThatExpiresSoon_IsRequestedAgain()
    {
        Variables["AWS_ACCESS_KEY_ID"] = Variables["AWS_SECRET_ACCESS_KEY"] = "k";
        int sold = 0;
        Cloud.On(Ecr, _ => (200,
            $$"""{"authorizationData":[{"authorizationToken":"{{Base64($"AWS:{++sold}")}}","expiresAt":{{DateTimeOffset.UtcNow.AddHours(sold - 1).ToUnixTimeSeconds()}}}]}"""));
        ShiftedTime time = new();
        ICredentialSource source = CredentialSources.CreateDefault(Options with { TimeProvider = time });
        Assert.AreEqual(new Credential.Basic("AWS", "1"), await FindAsync(source, $"{Host}/a"));
        time.Hours = 0.2;
        Assert.AreEqual(new Credential.Basic("AWS", "2"), await FindAsync(source, $"{Host}/b"));
        Assert.AreEqual(new Credential.Basic("AWS", "2"), await FindAsync(source, $"{Host}/c"));
    }

    private static string StsAnswer(string action, string id) => $"""
        <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials>
        <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>session of {id}</SessionToken>
        </Credentials></{action}Result></{action}Response>
        """;

    private async Task<AirgapException> RefusedAsync()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync($"{Host}/a"));
        Assert.AreEqual(ErrorCode.CloudKeychain, e.Code);
        return e;
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public double Hours { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(Hours);
    }
}

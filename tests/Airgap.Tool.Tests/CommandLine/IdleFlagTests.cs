using System.CommandLine;
using System.CommandLine.Help;
using Airgap.Oci;
using Airgap.Tool.CommandLine;

namespace Airgap.Tool.Tests.CommandLine;

/// <summary>Each flag of each command has an effect, is refused, or is told of when it has none.</summary>
[TestClass]
public sealed class IdleFlagTests
{
    private const string Always = "it names what the command works on, or says how";
    private const string Refused = "it is refused, or told by another warning, where it has no effect";

    // Why the others are not among the rules.
    private static readonly (string Command, string Reason, string Flags)[] s_others =
    [
        ("apply", Always, "--wait --dry-run --prune --refetch --kubeconfig --context --namespace"),
        ("archive merge", Always, "--to-tar --to-oci-tar --resume"),
        ("archive split", Always, "--only --output"),
        ("archive split", Refused, "--volume-size"),
        ("archive verify", Always, "--parts --parts-in"),
        ("audit verify", Always, "--holds"),
        ("copy", Always, "--bundle --image --lock --tar --oci --oci-tar --to-repo --map --map-file --to-tar --to-oci --to-oci-tar"),
        ("copy", Always, "--keep-going --concurrency --include-non-distributable-layers --cosign-signatures --artifacts --package"),
        ("copy", Always, "--platform --dry-run --plan --plan-out --sign-key --audit-log --gate --timeline"),
        ("copy", Refused, "--parts-in --repo-template --volume-size --lock-output --resume --repair --ask-in-bulk --earlier-plan"),
        ("copy", Refused, "--repo-based-tags --ignore-bundle-check --report --summary --prereleases --missing-platform --platform-mode"),
        ("copy", Refused, "--flatten --drop-unreferenced --base --mount-from --receipt --receipt-form --shard --finish --shards"),
        ("copy", Refused, "--sign-key-password-file --sign-command --sign-images --verify-archive --verify-base --record-user"),
        ("copy", Refused, "--gate-content --gate-env --gate-timeout --create-repositories --repository-settings"),
        ("describe", Always, "--bundle --tar --oci --oci-tar --html --packages"),
        ("describe", Refused, "--parts-in --output-type --summary"),
        ("diff", Always, "--lock --receipt --to-repo --allow-extra --concurrency"),
        ("doctor", Always, "--leaks --kapp-controller-namespace --kubeconfig --context --namespace"),
        ("doctor", Refused, "--offline --try-secrets"),
        ("init", Always, "--project"),
        ("init", Refused, "--name"),
        ("mirrors", Always, "--from --format --output --cluster-registry"),
        ("outdated", Always, "--include-prerelease --highest-minor --highest-patch --concurrency"),
        ("package-repository", Always, "--bundle --image --output --name --namespace --sync-period --tag-selection --api-version"),
        ("package-repository", Always, "--secret-variant --create-namespace --install --controller-config"),
        ("package-repository", Refused, "--prereleases --secret-name --secret-namespace --to-namespaces --install-namespace"),
        ("package-repository", Refused, "--service-account --values-file"),
        ("package-repository build", Always, "--to-repo --to-tar --image --tag --concurrency"),
        ("package-repository build", Refused, "--lock-output --create-repositories --repository-settings"),
        ("packages list", Always, "--bundle --tar --oci --oci-tar --html"),
        ("packages list", Refused, "--parts-in"),
        ("prune", Always, "--keep --repo --plan --execute --concurrency"),
        ("prune", Refused, "--grace --stale-tags"),
        ("publish", Always, "--configuration --framework --runtime --property --keep-going --lock-timeout --dry-run --timeline"),
        ("publish", Refused, "--repair --summary --plan --create-repositories --repository-settings"),
        ("pull", Always, "--bundle --image --lock --tar --oci --oci-tar --output --recursive --force"),
        ("pull", Refused, "--parts-in"),
        ("push", Always, "--bundle --image --file --file-exclusion --file-exclude-defaults --preserve-permissions --labels"),
        ("push", Always, "--to-tar --to-oci-tar"),
        ("push", Refused, "--lock-output --volume-size --create-repositories --repository-settings"),
        ("registry gc", Always, "--folder --grace --dry-run"),
        ("secret", Always, "--for --name --apply --namespace"),
        ("serve", Always, "--folder --tar --oci-tar --oci --listen --host --read-only --access-log --metrics --htpasswd --max-connections"),
        ("serve", Always, "--tls-self-signed --gc"),
        ("serve", Refused, "--parts-in --prefix --sparse-indexes --tls-cert --tls-key --max-uploads --max-blob-size --gc-grace"),
        ("tag list", Always, "--image --tar --digests --imgpkg-internal-tags"),
        ("tag list", Refused, "--parts-in"),
        ("tag resolve", Always, "--image"),
        ("verify", Always, "--bundle --image --lock --tar --oci --oci-tar --blob"),
        ("verify", Refused, "--parts-in --signature"),
    ];

    // A rule of trust refuses what does not go together.
    private static readonly string[] s_trust = [.. new TrustFlags().Options.Select(option => option.Name)];

    // Told by IdleFlags where no registry is contacted, or no source read.
    private static readonly string[] s_registry =
        [.. RegistryFlagNames.Connection, .. RegistryFlagNames.Credentials, "--registries-conf"];

    [TestMethod]
    public void EveryFlagIsAmongTheRules_OrHasAReasonNotToBe()
    {
        List<string> all = [];
        foreach ((string path, Command command) in AllCommands.Below())
        {
            bool tells = command is ToolCommand { Registry: { IsProbing: false } };
            all.AddRange(command.Options.Where(option => option is not (HelpOption or VersionOption)
                && !(tells && s_registry.Contains(option.Name)) && !s_trust.Contains(option.Name))
                .Select(option => $"{path} {option.Name}"));
        }

        string[] others = [.. s_others.SelectMany(row => row.Flags.Split(' ').Select(flag => $"{row.Command} {flag}"))];
        // Making a Secret takes credentials.
        string[] ofSecret = [.. RegistryFlagNames.Credentials.Select(flag => $"secret {flag}")];
        Assert.AreSequenceEqual(
            all.Order(StringComparer.Ordinal),
            IdleFlagRules.Rows.Select(row => $"{row.Command} {row.Flag}").Concat(others).Concat(ofSecret).Order(StringComparer.Ordinal));
    }

    [TestMethod]
    [DataRow("describe --tar a.tar --concurrency 2", "--concurrency had no effect: an archive is read")]
    [DataRow("describe --oci a --no-origin", "--no-origin had no effect: an archive is read")]
    [DataRow("describe -b r.io/a --packages --no-origin --layers=false", "--no-origin and --layers had no effect: --packages lists")]
    [DataRow("describe -b r.io/a --packages --cosign-artifacts=false", "--cosign-artifacts had no effect: --packages lists")]
    [DataRow("packages list --oci-tar a.tar --concurrency 2", "--concurrency had no effect: an archive is read")]
    [DataRow("pull --tar a.tar -o x --image-is-bundle-check=false", "--image-is-bundle-check had no effect: an archive says")]
    [DataRow("pull --lock a.yml -o x --image-is-bundle-check=false", "--image-is-bundle-check had no effect: the lock names")]
    [DataRow("diff --lock a.yml --to-repo r.io/a -p X=1", "--property had no effect: no project is read")]
    [DataRow("prune --keep a.json --repo r.io/a -p X=1", "--property had no effect: no project is read")]
    [DataRow("prune --execute a.json -p X=1", "--property had no effect: no project is read")]
    [DataRow("package-repository build f --to-tar a.tar --platform linux/amd64", "--platform had no effect: no --image is pinned")]
    [DataRow("package-repository -b r.io/a --pin digest --tag-selection >=1.0.0", "--pin had no effect: --tag-selection follows")]
    [DataRow("secret --for r.io --name s --context c --kubeconfig k", "--kubeconfig and --context had no effect: without --apply")]
    [DataRow("secret --for r.io --name s --registry-insecure", "--registry-insecure had no effect: the Secret is made from credentials")]
    [DataRow("secret --for r.io --name s --limit-rate 1MB/s", "--limit-rate had no effect: the Secret is made from credentials")]
    [DataRow("doctor --offline --registry-username u", "--registry-username had no effect: --offline contacts no mirror")]
    public void ItIsTold(string line, string message)
    {
        Diagnostic found = Assert.ContainsSingle(IdleFlagRules.Find(Parse(line)));
        Assert.AreEqual(ErrorCode.FlagIdle, found.Code);
        Assert.StartsWith(message, found.Message);
    }

    [TestMethod]
    [DataRow("describe -b r.io/a --concurrency 2 --no-origin --layers=false --cosign-artifacts=false")]
    [DataRow("describe --tar a.tar --layers=false --cosign-artifacts=false")]
    [DataRow("describe -b r.io/a --packages --layers")]
    [DataRow("packages list -b r.io/a --concurrency 2")]
    [DataRow("pull -i r.io/a -o x --image-is-bundle-check=false")]
    [DataRow("pull --tar a.tar -o x --image-is-bundle-check")]
    [DataRow("diff App.csproj --to-repo r.io/a -p X=1")]
    [DataRow("prune --keep a.json --keep App.csproj --repo r.io/a -p X=1")]
    [DataRow("outdated App.csproj -p X=1")]
    [DataRow("outdated -p X=1")]
    [DataRow("package-repository build f --to-tar a.tar --platform linux/amd64 --image r.io/a")]
    [DataRow("secret --for r.io --name s --context c --kubeconfig k --apply --registry-username u")]
    [DataRow("doctor --registry-username u --registry-insecure")]
    [DataRow("doctor --offline --registry-insecure=false")]
    public void WithAnEffectItIsNotTold(string line) => Assert.IsEmpty(IdleFlagRules.Find(Parse(line)));

    [TestMethod]
    public void APropertyBesidesALockFileIsTold()
    {
        using Airgap.TestKit.TempFolder folder = new();
        File.WriteAllText(folder["airgap.lock.json"], "{}");
        Assert.StartsWith(
            "--property had no effect: no project is read",
            Assert.ContainsSingle(IdleFlagRules.Find(Parse("outdated", folder["airgap.lock.json"], "-p", "X=1"))).Message);
    }

    private static ParseResult Parse(string line) => Parse(line.Split(' '));

    private static ParseResult Parse(params string[] words)
    {
        ParseResult parsed = AllCommands.Root().Parse(words);
        Assert.IsEmpty(parsed.Errors);
        return parsed;
    }
}

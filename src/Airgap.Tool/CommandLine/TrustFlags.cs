using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Trusting;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags that say who has to have signed what a command reads.</summary>
internal sealed class TrustFlags
{
    private const string All = "all";
    private const string Root = "root";

    private readonly Option<string[]> _keys = Flag.Repeated(
        "--verify-key", "FILE", "Refuse what is not signed by the holder of this public key (PEM), or of another that is named");
    private readonly Option<string?> _identity =
        Flag.Text("--verify-identity", "TEXT", "Refuse what is not signed by this identity, keyless; '*' stands for any characters");
    private readonly Option<string?> _issuer = Flag.Text("--verify-issuer", "URL", "Who has to have vouched for the identity");
    private readonly Option<string?> _trustedRoot =
        Flag.Text("--trusted-root", "FILE", "sigstore's trusted root, exported, by which the identity is judged");
    private readonly Option<string?> _policy = Flag.Text(
        "--policy", "FILE", "Refuse what this policy refuses: a policy.json of the containers tools, or a trust policy of Notation");
    private readonly Option<string?> _store =
        Flag.Text("--trust-store", "FOLDER", "Notation's folder of trust stores, for its trust policy");
    private readonly Option<string[]> _attestations =
        Flag.Repeated("--verify-attestation", "TYPE", "Refuse what has no attestation of this predicate by the same signer besides");
    private readonly Option<string> _required = Flag.Choice(
        "--verify-required", "Whose signatures are asked for: of the bundle alone, or of all that it pins, too", All, Root, All);

    private readonly Option<string?> _age =
        Flag.Text("--verify-minimum-age", "DURATION", "Refuse a signature that is younger, such as 48h, or whose time nothing vouches for");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _keys, _identity, _issuer, _trustedRoot, _policy, _store, _attestations, _required, _age })
            command.Options.Add(option);
    }

    /// <summary>True when one of them is given.</summary>
    public bool IsGiven(ParseResult parsed) => SettingsOf(parsed).AsksForAnything;

    /// <summary>The rule that they make; null when none is given.</summary>
    /// <exception cref="AirgapException">5xxx: what they name cannot be; 3xxx: a file.</exception>
    public TrustRule? Read(ParseResult parsed) => IsGiven(parsed) ? TrustRuleReader.Read(SettingsOf(parsed)) : null;

    private TrustSettings SettingsOf(ParseResult parsed) => new()
    {
        Keys = parsed.GetValue(_keys) ?? [],
        Identity = parsed.GetText(_identity),
        Issuer = parsed.GetText(_issuer),
        TrustedRoot = parsed.GetText(_trustedRoot),
        Policy = parsed.GetText(_policy),
        Store = parsed.GetText(_store),
        Attestations = parsed.GetValue(_attestations) ?? [],
        MinimumAge = parsed.GetText(_age),
        RootOnly = parsed.GetValue(_required) == Root,
    };
}

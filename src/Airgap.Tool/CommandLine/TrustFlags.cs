using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Trusting;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags that state who must have signed the content that a command reads.</summary>
internal sealed class TrustFlags
{
    private const string All = "all";
    private const string Root = "root";

    private readonly Option<string[]> _keys = Flag.Repeated(
        "--verify-key", "FILE",
        "Refuse content that is not signed with this key (public key, PEM), or with another key given by this flag");
    private readonly Option<string?> _identity =
        Flag.Text("--verify-identity", "TEXT", "Refuse content without a keyless signature of this identity; '*' matches any characters");
    private readonly Option<string?> _issuer = Flag.Text("--verify-issuer", "URL", "Issuer that must have vouched for the identity");
    private readonly Option<string?> _trustedRoot =
        Flag.Text("--trusted-root", "FILE", "Exported sigstore trusted root to verify the identity with");
    private readonly Option<string?> _policy = Flag.Text(
        "--policy", "FILE", "Refuse what this policy refuses: a policy.json of the containers tools, or a Notation trust policy");
    private readonly Option<string?> _store =
        Flag.Text("--trust-store", "FOLDER", "Folder of Notation's trust stores, for its trust policy");
    private readonly Option<string[]> _attestations =
        Flag.Repeated("--verify-attestation", "TYPE", "Also require an attestation with this predicate by the same signer");
    private readonly Option<string> _required = Flag.Choice(
        "--verify-required", "Require signatures of the bundle only, or also of everything it pins", All, Root, All);

    private readonly Option<string?> _age =
        Flag.Text("--verify-minimum-age", "DURATION",
            "Refuse a signature that is younger than this, such as 48h, or whose time nothing proves");

    /// <summary>The flags.</summary>
    public IEnumerable<Option> Options =>
        [_keys, _identity, _issuer, _trustedRoot, _policy, _store, _attestations, _required, _age];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in Options)
            command.Options.Add(option);
    }

    /// <summary>True when one of them is given; --verify-required alone, too, which relies on signatures and names no signer.</summary>
    public bool IsGiven(ParseResult parsed) =>
        SettingsOf(parsed).AsksForAnything || parsed.GetResult(_required) is { Implicit: false };

    /// <summary>The rule that they form; null when none is given.</summary>
    /// <exception cref="AirgapException">5xxx: a value is not valid; 3xxx: a file cannot be read.</exception>
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

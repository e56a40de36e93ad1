using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Trusting;

/// <summary>A project's rules by location: only the most specific rule applies, as in a policy.json.</summary>
internal sealed class TrustRuleSet
{
    private const string Advice = "Give it a Key, or a SignerIdentity with Issuer and TrustedRoot, or a Store with a Certificate.";

    // The package's own definition of the item hides it from editors.
    private const string Visible = "Visible";

    private readonly TrustRule? _policy;
    private readonly Dictionary<string, TrustRule> _rules;

    private TrustRuleSet(TrustRule? policy, Dictionary<string, TrustRule> rules)
    {
        _policy = policy;
        _rules = rules;
    }

    /// <summary>Reads a project's rules and their files; null when it has none.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="problems">Their problems.</param>
    public static TrustRuleSet? Read(PublishSettings settings, out ImmutableArray<Diagnostic> problems)
    {
        problems = [];
        if (settings.Policy.Length + settings.TrustStore.Length == 0 && settings.Trust.IsEmpty)
            return null;
        List<Diagnostic> found = [];
        if (settings.Policy.Length == 0 && settings.TrustStore.Length > 0)
            found.Add(new Diagnostic(
                ErrorCode.InvalidTrustRule, $"{PropertyNames.TrustStore} is set, but no trust policy that uses it.",
                $"Set {PropertyNames.Policy}; an item ImgpkgTrust has its own Store."));
        if (settings.Policy.Length > 0 && settings.Trust is [{ } item, ..])
            found.Add(new Diagnostic(
                ErrorCode.InvalidTrustRule, $"The project has both a policy ({PropertyNames.Policy}) and items ImgpkgTrust.",
                "Keep one of them: a policy already states who must have signed.")
            { Location = item.Location });
        TrustRule? policy = settings.Policy.Length > 0
            ? Attempt(() => TrustRuleReader.Read(new TrustSettings
            {
                Policy = settings.FullPath(settings.Policy),
                Store = settings.TrustStore.Length > 0 ? settings.FullPath(settings.TrustStore) : null,
                Folder = settings.ProjectDirectory,
            }), null, found) : null;
        Dictionary<string, TrustRule> rules = new(StringComparer.Ordinal);
        foreach (TrustItem one in settings.Trust)
        {
            if (Attempt(() => PlaceOf(one), one.Location, found) is { } place
                && Attempt(() => ReadItem(one, settings), one.Location, found) is { } rule && !rules.TryAdd(place, rule))
                found.Add(new Diagnostic(
                    ErrorCode.InvalidTrustRule, $"Two items ImgpkgTrust are for '{one.Include}'.",
                    "Name all keys in one item: one of them is enough.")
                { Location = one.Location });
        }

        problems = [.. found];
        return new TrustRuleSet(policy, rules);
    }

    /// <summary>The rule for an image; null when there is none, which refuses it.</summary>
    public TrustRule? For(ImageReference image)
    {
        if (_policy is not null)
            return _policy;
        return TrustScope.Of(image.Repository).Select(place => _rules.GetValueOrDefault(place)).FirstOrDefault(rule => rule is not null);
    }

    private static string PlaceOf(TrustItem item) => TrustScope.TryParse(item.Include, out string? place, out string? problem)
        ? place
        : throw new AirgapException(
            ErrorCode.InvalidTrustRule, $"'{item.Include}' is not a location of images: {problem}.",
            $"Name a host, a namespace or a repository, which includes everything below it, or '{TrustItem.Everywhere}'.");

    private static TrustRule ReadItem(TrustItem item, PublishSettings settings)
    {
        if (item.Metadata.Keys.FirstOrDefault(
            name => !TrustItem.Names.Append(Visible).Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw new AirgapException(
                ErrorCode.InvalidTrustRule, $"The metadata {unknown} of the item ImgpkgTrust '{item.Include}' is unknown.",
                $"There are {string.Join(", ", TrustItem.Names)}.");
        bool rootOnly = item.Value(TrustItem.Required) switch
        {
            null or "all" => false,
            "root" => true,
            { } other => throw new AirgapException(
                ErrorCode.InvalidTrustRule,
                $"{TrustItem.Required} '{other}' of the item ImgpkgTrust '{item.Include}' is neither 'root' nor 'all'.",
                "Write one of them."),
        };
        TrustSettings rule = new()
        {
            Keys = [.. item.Values(TrustItem.Key).Select(key => KeyAddress.FullPath(settings, key))],
            Identity = item.Value(TrustItem.SignerIdentity),
            Issuer = item.Value(TrustItem.Issuer),
            TrustedRoot = item.Value(TrustItem.TrustedRoot) is { } root ? settings.FullPath(root) : null,
            Certificate = item.Value(TrustItem.Certificate),
            Store = item.Value(TrustItem.Store) is { } store ? settings.FullPath(store) : null,
            Attestations = item.Values(TrustItem.Attestation),
            MinimumAge = item.Value(TrustItem.MinimumAge),
            RootOnly = rootOnly,
        };
        try
        {
            return TrustRuleReader.Read(rule);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.InvalidTrustRule)
        {
            throw new AirgapException(e.Code, $"The item ImgpkgTrust '{item.Include}' is not valid: {e.Message}", Advice, e);
        }
    }

    private static T? Attempt<T>(Func<T> read, SourceLocation? location, List<Diagnostic> problems) where T : class
    {
        try
        {
            return read();
        }
        catch (AirgapException e)
        {
            problems.Add(e.ToDiagnostic() with { Location = e.Location ?? location });
            return null;
        }
    }
}

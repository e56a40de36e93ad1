using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Trust.Stored;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Trusting;

/// <summary>Verifies the signatures of each bundle or image of a pull before its layers are read.</summary>
internal sealed class PullTrust
{
    private readonly TrustRule _rule;
    private readonly PullRequest _request;
    private readonly IRegistry _registry;
    private readonly PlanSignatures? _archived;
    private readonly Action<Diagnostic> _warn;

    private PullTrust(TrustRule rule, PullRequest request, IRegistry registry, PlanSignatures? archived, Action<Diagnostic> warn)
    {
        _warn = warn;
        _rule = rule;
        _request = request;
        _registry = registry;
        _archived = archived;
    }

    /// <summary>The accepted images, in pull order.</summary>
    public List<TrustedImage> Images { get; } = [];

    /// <summary>Creates it; for an archive, reads the list of its content.</summary>
    public static async Task<PullTrust> CreateAsync(
        TrustRule rule, PullRequest request, IRegistry registry, Action<Diagnostic> warn, CancellationToken cancellationToken)
    {
        PlanSignatures? archived = request.Source is RelocationSource.Archive
            ? new PlanSignatures(await new Relocator(registry).PlanAsync(request.Source, new PlanOptions(), cancellationToken))
            : null;
        return new PullTrust(rule, request, registry, archived, warn);
    }

    /// <summary>Verifies one.</summary>
    /// <exception cref="AirgapException">5xxx: it is refused; 1xxx: a registry does not list signatures.</exception>
    public async Task AdmitAsync(PullItem item, CancellationToken cancellationToken)
    {
        bool isRoot = Images.Count == 0;
        if (_rule.RootOnly && !isRoot)
            return;
        ImageReference name = (_request.Source, isRoot) switch
        {
            (RelocationSource.Bundle bundle, true) => bundle.Reference,
            (RelocationSource.Image image, true) => image.Reference,
            _ => item.Reference,
        };
        ISignatureStore store = _archived?.In(item.Reference.Repository)
            ?? new RepositorySignatures(_registry.GetSource(item.Reference.Repository));
        Verdict verdict = await ImageTrust.VerifyAsync(_rule, name, item.Manifest.Descriptor, store, cancellationToken);
        if (verdict.Refusal is { } refusal)
            throw new AirgapException(refusal.Code, refusal.Message, refusal.Advice)
            {
                Reference = name.ToString(),
                Digest = item.Manifest.Digest.ToString()
            };
        foreach (Diagnostic warning in NotEnforcedChecks.Of(verdict, name, item.Manifest.Digest))
            _warn(warning);
        Images.Add(new TrustedImage(item.Reference.ToString(), item.Manifest.Digest.ToString(), [.. verdict.By.Select(TrustedSigner.Of)]));
    }
}

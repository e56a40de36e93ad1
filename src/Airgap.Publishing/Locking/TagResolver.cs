using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Locking;

/// <summary>Resolves the tags of items at their registries.</summary>
/// <param name="registry">The registries.</param>
/// <param name="concurrency">The number of concurrent requests.</param>
internal sealed class TagResolver(IRegistry registry, int concurrency)
{
    /// <summary>Resolves each tag once.</summary>
    /// <param name="declarations">Items with a tag to be locked.</param>
    /// <param name="problems">Takes a failure for each tag that is not known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The digests by the items' keys in the lock.</returns>
    public async Task<IReadOnlyDictionary<string, Digest>> AskAsync(
        IEnumerable<Declaration> declarations, ImmutableArray<Diagnostic>.Builder problems, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, Digest> answers = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, Diagnostic> failures = new(StringComparer.Ordinal);
        Declaration[] distinct = [.. declarations.DistinctBy(declaration => LockKeeper.KeyOf(declaration)!.ToString())];
        await Parallel.ForEachAsync(
            distinct,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken },
            async (declaration, token) =>
            {
                ImageReference reference = LockKeeper.KeyOf(declaration)!;
                try
                {
                    IImageRepository repository = registry.GetSource(reference.Repository);
                    // If the registry lacks the tag, ask again to get the registry's own message.
                    Descriptor? found = await repository.ResolveAsync(reference.Tag!, token);
                    answers[reference.ToString()] = found?.Digest ?? (await repository.GetManifestAsync(reference.Tag!, token)).Digest;
                }
                catch (AirgapException e)
                {
                    Diagnostic failure = e.ToDiagnostic();
                    failures[reference.ToString()] = failure with { Location = failure.Location ?? declaration.Item.Location };
                }
            });
        problems.AddRange(distinct.Select(declaration => failures.GetValueOrDefault(LockKeeper.KeyOf(declaration)!.ToString()))
            .OfType<Diagnostic>());
        return answers;
    }
}

using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;

namespace Airgap.Publishing;

/// <summary>The first stage of a publish: reads a project's items, finds their problems, and pins their tags.</summary>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="notices">Warns about mistyped metadata.</param>
/// <param name="given">The plans that an earlier stage made; null for none.</param>
internal sealed class ItemPreparer(IRegistry registry, PublishNotices notices, IPrecomputedPlans? given = null)
{
    /// <summary>Checks everything that can be checked without a request. Mistyped metadata are warnings.</summary>
    /// <returns>All problems. Empty without a destination, because nothing will be done then.</returns>
    public ImmutableArray<Diagnostic> Validate(IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        notices.WarnOfTypos(items);
        return HasWork(items, settings) ? ReadSides(items, settings).Problems : [];
    }

    /// <summary>
    /// Reads the items and pins their tags by the project's lock. Asks the source registries for digests that the lock
    /// lacks, and writes nothing.
    /// </summary>
    /// <returns>The input of the other stages, with all problems; they refuse items with problems.</returns>
    public async Task<PreparedPublish> PrepareAsync(
        IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken)
    {
        notices.WarnOfTypos(items);
        if (items.Count == 0 || !HasWork(items, settings))
            return new PreparedPublish(items, settings, null, []);
        (ImmutableArray<(PublishSettings Settings, ImmutableArray<Declaration> Declarations)> perRegistry,
            ImmutableArray<Diagnostic> problems) =
            ReadSides(items, settings);
        if (!problems.IsEmpty)
            return new PreparedPublish(items, settings, null, problems) { IsRead = false };
        KnownDigests? known = given?.Match(perRegistry.Select(one => (one.Settings, (IReadOnlyList<Declaration>)one.Declarations)));
        ResolvedLock resolved =
            await new LockKeeper(registry, settings, known).ResolveAsync(perRegistry[0].Declarations, cancellationToken);
        return new PreparedPublish(items, settings, resolved, resolved.Problems)
        {
            PerRegistry = perRegistry.Length == 1 ? [
                ] : [.. perRegistry.Select(one => new PreparedPublish(items, one.Settings, Pinned(one.Declarations, resolved), []))],
        };
    }

    /// <summary>All problems of the items that can be found without a request and without the project's lock.</summary>
    public static ImmutableArray<Diagnostic> FindProblems(IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        (ImmutableArray<PublishSettings> perRegistry, ImmutableArray<Diagnostic> problems) = RegistryList.Of(settings);
        return [.. problems.Concat(perRegistry.SelectMany(Find)).Distinct()];

        IEnumerable<Diagnostic> Find(PublishSettings one)
        {
            DeclarationReader reader = new(one, needsDestination: Publisher.HasDestination(items, one));
            reader.Read(items);
            return reader.Problems;
        }
    }

    // A tag is resolved once, and recorded in the project's lock once.
    private static ResolvedLock Pinned(ImmutableArray<Declaration> declarations, ResolvedLock resolved) => resolved with
    {
        Declarations = [.. declarations.Select(
            (declaration, i) => declaration with { Pin = resolved.Declarations[i].Pin, DerivedPin = resolved.Declarations[i].DerivedPin })],
        Lock = null,
        Change = null,
    };

    private (ImmutableArray<(PublishSettings Settings, ImmutableArray<Declaration> Declarations)> PerRegistry,
        ImmutableArray<Diagnostic> Problems) ReadSides(
        IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        (ImmutableArray<PublishSettings> each, ImmutableArray<Diagnostic> problems) = RegistryList.Of(settings);
        (PublishSettings Settings, (ImmutableArray<Declaration> Declarations, ImmutableArray<Diagnostic> Problems) Read)[] read =
            [.. each.Select(one => (one, Read(items, one)))];
        return ([.. read.Select(one => (one.Settings, one.Read.Declarations))],
            [.. problems.Concat(read.SelectMany(one => one.Read.Problems)).Distinct()]);
    }

    private (ImmutableArray<Declaration> Declarations, ImmutableArray<Diagnostic> Problems) Read(
        IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        bool hasDestination = Publisher.HasDestination(items, settings);
        DeclarationReader reader = new(settings, hasDestination);
        ImmutableArray<Declaration> declarations = reader.Read(items);
        ImmutableArray<Diagnostic> outputs = hasDestination ? OutputProblems.Find(settings, declarations) : [];
        TrustRuleSet.Read(settings, out ImmutableArray<Diagnostic> rules);
        ImmutableArray<Diagnostic> signing = hasDestination ? ProjectSigning.FindProblems(settings, declarations) : [];
        ImmutableArray<Diagnostic> gate = hasDestination ? ProjectGate.FindProblems(settings) : [];
        return (declarations, [.. reader.Problems, .. rules, .. signing, .. gate, .. outputs,
            .. new LockKeeper(registry, settings).Check(declarations, complete: reader.Problems.IsEmpty)]);
    }

    private static bool HasWork(IReadOnlyList<PublishItem> items, PublishSettings settings) =>
        settings.UpdateLock || Publisher.HasDestination(items, settings);
}

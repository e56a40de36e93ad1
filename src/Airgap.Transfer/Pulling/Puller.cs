using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling.Output;
using Airgap.Transfer.Pulling.Unpacking;

namespace Airgap.Transfer.Pulling;

/// <summary>Unpacks a bundle or image from a registry or an archive into a folder.</summary>
/// <param name="registry">The registries, with their credentials. Not contacted when the source is an archive.</param>
/// <param name="observer">Receives progress events; null for none.</param>
internal sealed class Puller(IRegistry registry, IPullObserver? observer = null)
{
    private readonly IPullObserver _observer = observer ?? new SilentPull();

    /// <summary>
    /// Pulls. When it returns, the folder has exactly the pulled content; when it throws, its previous content.
    /// </summary>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.NotABundle"/>, <see cref="ErrorCode.UnexpectedBundle"/>, or
    /// <see cref="ErrorCode.InvalidArgument"/> for an index: another kind was requested;
    /// <see cref="ErrorCode.InvalidLayer"/>: a layer that must not be unpacked; <see cref="ErrorCode.InvalidBundle"/>
    /// or <see cref="ErrorCode.InvalidLock"/>: images.yml is missing or wrong; <see cref="ErrorCode.OutputNotEmpty"/>:
    /// the folder has content that no pull wrote; 1xxx: a registry; 2xxx: an archive or lock; 3xxx: a file.
    /// </exception>
    public async Task<PullResult> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using IPullSource source = SourceOf(request);
        using OutputFolder output = OutputFolder.Open(request.Output, request.Force, request.StateFolder ?? StateFolder.OfPulls());
        PullItem root = await source.FindRootAsync(cancellationToken);
        PullRun run = new(source, output.Staged, new ImageUnpacker(new UnpackBudget(request.Limits)), request.Recursive,
            request.Admit, _observer);
        try
        {
            await run.PullAsync(root, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, output.Target);
        }

        PullRecord content = await output.CompleteAsync(cancellationToken);
        return new PullResult
        {
            Output = output.Target,
            Items = [.. run.Items],
            LockUpdate = run.RootLock,
            Files = content.Files,
            Bytes = content.Bytes,
            SkippedEntries = run.SkippedEntries,
            Elapsed = Stopwatch.GetElapsedTime(start),
        };
    }

    private IPullSource SourceOf(PullRequest request)
    {
        switch (request.Source)
        {
            case RelocationSource.Bundle bundle:
                return new RegistryPullSource(registry, bundle.Reference, asBundle: true, checkBundle: true, _observer);
            case RelocationSource.Image image:
                return new RegistryPullSource(registry, image.Reference, asBundle: false, request.ImageIsBundleCheck, _observer);
            case RelocationSource.Archive archive:
                return new ArchivePullSource(archive, request.ArchiveItem, _observer);
            case RelocationSource.Lock file:
                return LockFile.Read(file.Path) is LockFileContent.OfBundle { Lock: var bundleLock }
                    ? new RegistryPullSource(registry, bundleLock.Image, asBundle: true, checkBundle: true, _observer)
                    : throw new AirgapException(
                        ErrorCode.InvalidLock,
                        $"'{file.Path}' is an {ImagesLock.Kind}, but only a {BundleLock.Kind} can be pulled.",
                        "Name a lock file of a bundle, as a copy or push of one writes it.")
                    { Location = new SourceLocation(file.Path) };
            default:
                throw new ArgumentException("Unknown source.", nameof(request));
        }
    }

    private sealed class SilentPull : IPullObserver;
}

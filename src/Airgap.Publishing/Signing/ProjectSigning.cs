using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>The signing of a project's outputs, and the verification of its source archive.</summary>
internal sealed class ProjectSigning : IDisposable
{
    private readonly ImageSignatureForm? _form;
    private readonly ArchiveAdmission? _admission;
    private readonly Dictionary<string, Task<SignedBy>> _admitted = new(StringComparer.Ordinal);

    private ProjectSigning(SigningKey? key, ImageSignatureForm? form, ArchiveAdmission? admission) =>
        (Key, _form, _admission) = (key, form, admission);

    /// <summary>The key; null if nothing is signed.</summary>
    public SigningKey? Key { get; }

    /// <summary>Reads the keys that the project names.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>, <see cref="ErrorCode.NothingToSign"/>, or as
    /// <see cref="SigningKeyReader.Read"/> and <see cref="ArchiveAdmission.Read"/>.</exception>
    public static ProjectSigning Read(PublishSettings settings)
    {
        ArchiveAdmission? admission = settings.VerifyArchive.IsEmpty
            ? null : ArchiveAdmission.Read(settings.VerifyArchive.Select(key => KeyAddress.FullPath(settings, key)));
        ImageSignatureForm? form = settings.SignImages.Length == 0 ? null
            : ImageSignatureForms.Read(settings.SignImages) ?? throw new AirgapException(
                ErrorCode.InvalidArgument, $"The property {PropertyNames.SignImages} has the value '{settings.SignImages}'.",
                $"Write {string.Join(" or ", ImageSignatureForms.Words)}.");
        if (settings.SigningKey.Length == 0)
        {
            string[] needy = [.. new[] { (PropertyNames.SignImages, settings.SignImages),
                (PropertyNames.SigningCommand, settings.SigningCommand),
                (PropertyNames.SigningKeyPasswordFile, settings.SigningKeyPasswordFile) }
                .Where(pair => pair.Item2.Length > 0).Select(pair => pair.Item1)];
            return needy.Length == 0
                ? new ProjectSigning(null, null, admission)
                : throw new AirgapException(
                    ErrorCode.NothingToSign, $"{needy[0]} is set, but no signing key.", $"Set {PropertyNames.SigningKey}.");
        }

        SigningSettings named = new(
            KeyAddress.FullPath(settings, settings.SigningKey),
            settings.SigningKeyPasswordFile.Length == 0 ? null : settings.FullPath(settings.SigningKeyPasswordFile),
            settings.SigningCommand.Length == 0 ? null : settings.SigningCommand);
        return new ProjectSigning(SigningKeyReader.Read(named, Environment.GetEnvironmentVariable), form, admission);
    }

    /// <summary>Finds what cannot be signed or verified, before anything moves.</summary>
    public static ImmutableArray<Diagnostic> FindProblems(PublishSettings settings, IReadOnlyList<Declaration> declarations)
    {
        try
        {
            using ProjectSigning signing = Read(settings);
            if (signing._admission is not null && declarations.Any(declaration => declaration.Source is not RelocationSource.Archive))
                throw new AirgapException(
                    ErrorCode.NothingToSign, $"{PropertyNames.VerifyArchive} is set, but no archive is read.",
                    $"Set {PropertyNames.SourceArchive}, or omit it.");
            ProvenanceAttacher.Check(settings, declarations);
            if (!settings.VerifyBase.IsEmpty && (settings.ArchiveBase.IsEmpty || settings.Archive.Length == 0))
                throw new AirgapException(
                    ErrorCode.NothingToSign, $"{PropertyNames.VerifyBase} is set, but no archive has a base.",
                    $"Set {PropertyNames.ArchiveBase}, or omit it.");
            foreach (Declaration declaration in declarations)
            {
                if (declaration.Destination is not RelocationDestination.Archive archive)
                    continue;
                if (signing._form is not null)
                    throw new AirgapException(
                        ErrorCode.NothingToSign,
                        $"{PropertyNames.SignImages} is set, but the destination {archive.Path} is not a registry.",
                        "Sign the images when the archive is imported.");
                if (signing.Key is not null)
                    ArchiveSigner.Check(archive);
            }

            return [];
        }
        catch (AirgapException e)
        {
            return [e.ToDiagnostic()];
        }
    }

    /// <summary>The transfer options of a plan.</summary>
    public TransferOptions Over(TransferOptions options, RelocationSource source, CancellationToken cancellationToken) => options with
    {
        HashesArchive = Key is not null,
        Admission = Admit(source, cancellationToken),
    };

    /// <summary>Signs the written files.</summary>
    /// <returns>The signatures' files.</returns>
    public async Task<IReadOnlyList<string>> SignAsync(
        TransferResult result, IRegistry registry, Action<string> notice, CancellationToken cancellationToken)
    {
        if (Key is null || !result.IsComplete)
            return [];
        if (result.Destination is RelocationDestination.Archive archive)
            return await new ArchiveSigner(Key, notice).SignAsync(result, archive, cancellationToken);
        if (_form is { } form)
            _ = await new ImageSigner(registry, Key, form).SignAsync(result, cancellationToken);
        return [];
    }

    /// <inheritdoc/>
    public void Dispose() => Key?.Dispose();

    /// <summary>
    /// Begins to verify an archive, before its list is read; for several items of one archive, it is verified once.
    /// Null if no signature is required.
    /// </summary>
    public Task<SignedBy>? Admit(RelocationSource source, CancellationToken cancellationToken)
    {
        if (_admission is null || source is not RelocationSource.Archive archive)
            return null;
        lock (_admitted)
        {
            if (!_admitted.TryGetValue(archive.ToString(), out Task<SignedBy>? task))
                _admitted.Add(archive.ToString(),
                    task = Task.Run(() => _admission.VerifyAsync(archive, cancellationToken), cancellationToken));
            return task;
        }
    }
}

using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Trusting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Verifying;

namespace Airgap.Tool.Commands;

/// <summary><c>verify</c>: reads everything again and compares it with its digests.</summary>
internal sealed class VerifyCommand
{
    private readonly Option<string?> _bundle = Flag.Text("--bundle", "REF", "Bundle to verify", "-b");
    private readonly Option<string?> _image = Flag.Text("--image", "REF", "Image or index to verify", "-i");
    private readonly Option<string?> _lock =
        Flag.Text("--lock", "FILE", "BundleLock or ImagesLock to verify: everything it names, and the bundle's tag");
    private readonly Option<string[]> _tar = Flag.Repeated("--tar", "FILE", "Archive to verify; repeat it for a chain of deltas");
    private readonly Option<string?> _blob = Flag.Text("--blob", "FILE", "File whose signature to verify");
    private readonly Option<string?> _signature =
        Flag.Text("--signature", "FILE", "The sigstore bundle of that file ('cosign sign-blob --bundle')");
    private readonly TrustFlags _trust = new();
    private readonly LayoutFlags _layout = new();
    private readonly PartsInFlag _parts = new();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "verify",
            "Reads every manifest, config and layer of a bundle, an image, an archive or the images of a lock, everything they pin and " +
            "the tags that keep it, and lists everything that is missing or wrong. With a flag that requires a signer, it " +
            "verifies the signatures instead, and reads no layers. Changes nothing.",
            ("A relocated bundle", "verify -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0"),
            ("What a copy with --lock-output wrote", "verify --lock simple-app-bundle.lock.yml"),
            ("An archive", "verify --tar simple-app-bundle.tar"),
            ("Who signed a bundle and its images", "verify -b registry.vendor.com/apps/simple-app-bundle:v1.0.0 --verify-key vendor.pub"),
            ("Who signed a file", "verify --blob bundles.tar --signature bundles.tar.sigstore.json --verify-key vendor.pub"));
        VerifyCommand flags = new();
        command.Options.Add(flags._bundle);
        command.Options.Add(flags._image);
        command.Options.Add(flags._lock);
        command.Options.Add(flags._tar);
        command.Options.Add(flags._layout.Folder);
        command.Options.Add(flags._layout.Tar);
        command.Options.Add(flags._parts.Option);
        command.Options.Add(flags._blob);
        command.Options.Add(flags._signature);
        flags._trust.AddTo(command);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        TrustRule? rule = _trust.Read(parsed);
        if (parsed.GetText(_blob) is { } blob && SourceOf(parsed) is null)
            return await SignatureVerification.OfFileAsync(blob, parsed.GetText(_signature), rule, session, cancellationToken);
        if ((parsed.GetText(_blob) ?? parsed.GetText(_signature)) is not null)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --signature can only be used with --blob, and --blob with nothing else to verify",
                "Give --blob and --signature alone, or neither.");
        RelocationSource source = SourceOf(parsed)
            ?? throw new AirgapException(
                ErrorCode.SourceSelection, "Expected one of bundle, image, lock or tar",
                "Give exactly one of --bundle (-b), --image (-i), --lock, --tar, --oci or --oci-tar.");
        if (source is not RelocationSource.Archive)
            _parts.CheckUnused(parsed);
        session.Report.Source = source.ToString();
        session.Phase = "verifying";
        if (rule is not null)
        {
            using RegistryClient client = _registry.Connect(parsed, session);
            return await SignatureVerification.OfSourceAsync(source, rule, client, session, cancellationToken);
        }

        VerificationResult result;
        using (RegistryClient registry = _registry.Connect(parsed, session))
            result = await new Verifier(registry).VerifyAsync(source, cancellationToken);
        session.Report.Reference = source is RelocationSource.Archive || result.Target == (source as RelocationSource.Lock)?.Path
            ? null : result.Target;
        // If nothing is there, nothing can be damaged.
        if (result.Manifests == 0 && result.Problems is [{ Code: ErrorCode.ManifestUnknown }] && Named(source) is { } named)
        {
            Diagnostic missing = TagLister.NotFound(named).ToDiagnostic();
            session.Fail(await TagSuggestions.AdviseAsync(missing, parsed, _registry, cancellationToken));
            return 1;
        }

        foreach (Diagnostic problem in result.Problems)
            session.Fail(problem.Advice == Findings.Advice ? problem with { Advice = RelocateAdvice } : problem);
        foreach (Diagnostic warning in result.Warnings)
            session.Warn(warning);
        if (DeltaWarning.Of(result.Target, result.Delta) is { } delta)
            session.Warn(delta);
        session.Report.Delta = result.Delta is null ? null : ReportDelta.Of(result.Delta);
        string read = $"{CountText.Count(result.Manifests, "manifest")}, {CountText.Count(result.Blobs, "blob")} " +
            $"({ByteSize.Format(result.Bytes)}) of " +
            $"{result.Target}{(result.Delta is null ? "" : ", a delta, without the layers it requires from others")}" +
            (result.LeftOut == 0 ? ""
                : $", without {CountText.Count(result.LeftOut, "image")} of indexes that an earlier selection of platforms omitted") +
            (result.AbsentLayers == 0 ? ""
                : $", without {CountText.Count(result.AbsentLayers, "non-distributable layer")}, which may be absent");
        session.Report.Summary = result.IsRight ? $"Verified {read}" : $"{CountText.Count(result.Problems.Length, "problem")} in {read}";
        session.WriteResult(session.Report.Summary);
        if (!result.IsRight)
            return 1;
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }

    // Null when nothing is named.
    private RelocationSource? SourceOf(ParseResult parsed) =>
        (parsed.GetText(_bundle), parsed.GetText(_image), parsed.GetText(_lock), _layout.Choose(parsed, _tar, _parts)) switch
        {
            ({ } bundle, null, null, null) => new RelocationSource.Bundle(References.Parse(bundle)),
            (null, { } image, null, null) => new RelocationSource.Image(References.Parse(image)),
            (null, null, { } file, null) => new RelocationSource.Lock(file),
            (null, null, null, { } tar) => tar,
            (null, null, null, null) => null,
            _ => throw new AirgapException(
                ErrorCode.SourceSelection, "Expected one of bundle, image, lock or tar",
                "Give exactly one of --bundle (-b), --image (-i), --lock, --tar, --oci or --oci-tar."),
        };

    private const string RelocateAdvice =
        "Relocate it again from an intact source. With --repair, a copy to a repository reads what is there and sends again what is " +
        "missing or damaged.";

    private static ImageReference? Named(RelocationSource source) => source switch
    {
        RelocationSource.Bundle bundle => bundle.Reference,
        RelocationSource.Image image => image.Reference,
        _ => null,
    };
}

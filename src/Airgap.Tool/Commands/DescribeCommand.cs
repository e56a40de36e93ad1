using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Reporting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary><c>describe</c>: the tree of a bundle, in a registry or an archive.</summary>
internal sealed class DescribeCommand
{
    private readonly BundleSourceFlags _source = new("Bundle to describe", "Archive whose bundle to describe");
    private readonly Option<string> _output = Flag.Choice("--output-type", "Form of the output", "text", "text", "yaml");
    private readonly Option<int> _concurrency = Flag.Concurrency();
    private readonly Option<bool> _layers = Flag.Switch("--layers", "Show the layers of bundles and images", byDefault: true);
    private readonly Option<bool> _cosign = Flag.Switch("--cosign-artifacts", "Look for cosign signatures", byDefault: true);
    private readonly Option<bool> _noOrigin = Flag.Switch(
        "--no-origin", "Look only in the bundle's own repository, and list images that are not there as missing (default: they are also " +
        "looked up " +
        "at their origin)");

    private readonly Option<string?> _html = Flag.OptionalText(
        "--html", "FILE", "HTML page to write, readable offline: the tree with origins, sizes and shared layers", "bundle.html");

    private readonly Option<string?> _summary = Flag.Text("--summary", "FILE", "Markdown report to write with the same content");
    private readonly Option<bool> _packages =
        Flag.Switch("--packages", "List the packages of a package repository instead of the tree, as 'packages list' does");
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "describe",
            "Describes the images and bundles that a bundle pins, with their origins, annotations, signatures and layers. Fetches no " +
            "image layers.",
            ("A bundle in a registry", "describe -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0"),
            ("As YAML", "describe -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0 -o yaml"),
            ("As an HTML page", "describe -b final-registry.corp.com/apps/simple-app-bundle:v1.0.0 --html"),
            ("A bundle in an archive, without a registry", "describe --tar simple-app-bundle.tar"));
        DescribeCommand flags = new();
        flags._output.Aliases.Add("-o");
        foreach (Option option in (Option[])[.. flags._source.Options, flags._output, flags._concurrency, flags._layers, flags._cosign,
            flags._noOrigin, flags._html, flags._summary, flags._packages])
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        (RelocationSource.Archive? archive, string? bundle) = _source.Read(parsed);
        FileFlags.Check(parsed);
        string? tar = archive?.ToString();
        session.Report.Source = tar ?? bundle;
        session.Phase = "describing";
        if (parsed.GetValue(_packages))
            return await ListPackagesAsync(parsed, archive, bundle, session, cancellationToken);
        DescribeOptions options = new()
        {
            Layers = parsed.GetValue(_layers),
            CosignArtifacts = parsed.GetValue(_cosign),
            Origins = !parsed.GetValue(_noOrigin),
            Concurrency = parsed.GetValue(_concurrency),
        };
        ReportRequest report = new(parsed.GetText(_html), parsed.GetText(_summary), Detects: false);
        BundleDescription description;
        if (report.IsWanted)
        {
            BundleSurvey survey = tar is not null
                ? await Describer.SurveyArchiveAsync(archive!, options, cancellationToken)
                : await AskAsync(parsed, session,
                    describer => describer.SurveyAsync(References.Parse(bundle!), options, cancellationToken));
            description = survey.Description;
            WarnAboutDelta(tar, survey, session);
            ReportBuilder builder = new();
            builder.Add(survey.Plan);
            await report.WriteAsync(builder.Build(), session, cancellationToken);
        }
        else
        {
            description = tar is not null
                ? WarnAboutDelta(tar, await Describer.SurveyArchiveAsync(archive!, options, cancellationToken), session)
                : await AskAsync(parsed, session,
                    describer => describer.DescribeAsync(References.Parse(bundle!), options, cancellationToken));
        }

        session.Report.Reference = description.Image.ToString();
        session.Report.Description = DescriptionDocument.Of(description);
        session.WriteBlock(parsed.GetValue(_output) == "yaml" ? DescriptionYaml.Blocks(description) : DescriptionText.Blocks(description));
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }

    private static BundleDescription WarnAboutDelta(string? tar, BundleSurvey survey, Session session)
    {
        if (tar is not null && DeltaWarning.Of(tar, survey.Plan.SourceDelta) is { } warning)
        {
            session.Warn(warning);
            session.Report.Delta = ReportDelta.Of(survey.Plan.SourceDelta!);
        }

        return survey.Description;
    }

    private async Task<int> ListPackagesAsync(
        ParseResult parsed, RelocationSource.Archive? archive, string? bundle, Session session, CancellationToken cancellationToken)
    {
        if (parsed.GetText(_summary) is not null || parsed.GetValue(_output) == "yaml")
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot use --packages with --summary or -o yaml",
                "Omit one of them; --json gives the packages as a document.");
        using RegistryClient? registry = archive is null ? _registry.Connect(parsed, session) : null;
        return await PackagesListCommand.ListAsync(
            archive, bundle, registry, parsed.GetValue(_concurrency), parsed.GetText(_html), session, cancellationToken);
    }

    private async Task<T> AskAsync<T>(ParseResult parsed, Session session, Func<Describer, Task<T>> ask)
    {
        using RegistryClient registry = _registry.Connect(parsed, session);
        return await ask(new Describer(registry));
    }
}

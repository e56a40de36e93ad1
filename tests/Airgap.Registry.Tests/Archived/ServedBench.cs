using Airgap.Oci;
using Airgap.Oci.Auth;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Registry.Tests.Archived;

/// <summary>Archives that imgpkg wrote, served, and imported for comparison.</summary>
internal static class ServedBench
{
    /// <summary>An archive among the fixtures.</summary>
    public static string Golden(string name) => Fixtures.Golden(name);

    /// <summary>Serves archives.</summary>
    public static Task<Api> ServeAsync(params string[] archives) =>
        ServeAsync(options => options, [.. archives.Select(path => new ArchiveToServe(path))]);

    /// <summary>Serves archives with other options.</summary>
    public static Task<Api> ServeAsync(Func<RegistryServerOptions, RegistryServerOptions> configure, params ArchiveToServe[] archives) =>
        Api.StartAsync(
            new RegistryFixtureOptions { Configure = options => configure(options with { Archives = archives, Prefix = "apps" }) });

    /// <summary>Imports an archive as the tool does.</summary>
    public static async Task ImportAsync(string archive, string repository, bool includeNonDistributable = false)
    {
        using RegistryClient client = NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Archive(archive), new PlanOptions
            {
                IncludeNonDistributableLayers = includeNonDistributable
            }, CancellationToken.None);
        await relocator.RunAsync(
            plan, new RelocationDestination.Repository(RepositoryName.Parse(repository)), new TransferOptions(), CancellationToken.None);
    }

    /// <summary>Writes an archive in another format, or as a delta.</summary>
    public static async Task ConvertAsync(string archive, string path, ArchiveFormat format, params DeltaSource[] bases)
    {
        using RegistryClient client = NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Archive(archive), new PlanOptions
            {
                EmbedConfigs = format == ArchiveFormat.Imgpkg,
                Bases = [.. bases]
            }, CancellationToken.None);
        await relocator.RunAsync(
            plan, new RelocationDestination.Archive(path) { Format = format }, new TransferOptions(), CancellationToken.None);
    }

    /// <summary>A client like the tool's.</summary>
    public static RegistryClient NewClient() => new(new RegistryOptions { AllowInsecure = true }, new Nobody());

    private sealed class Nobody : ICredentialSource
    {
        public string Description => "nobody";

        public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken) => new((Credential?)null);
    }
}

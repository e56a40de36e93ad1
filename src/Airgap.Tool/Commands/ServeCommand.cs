using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Registry;
using Airgap.Registry.Storage;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>serve</c>: runs a registry over a folder or archives, until interrupted.</summary>
internal sealed class ServeCommand
{
    private const int MostConnections = 4096;

    // Requests in progress get slightly less time than the process.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(9);

    private readonly Option<string?> _folder = Flag.Text("--folder", "DIR", "Folder of the content, created if missing");
    private readonly Option<string[]> _tar = Flag.Repeated(
        "--tar", "FILE[=REPOSITORY]",
        "Archive to serve, read only, as if imported; the repository is named after the archive's bundle");

    private readonly Option<string[]> _ociTar =
        Flag.Repeated("--oci-tar", "FILE[=REPOSITORY]", "OCI image layout in a tar to serve, like an archive");
    private readonly Option<string[]> _oci =
        Flag.Repeated("--oci", "FOLDER[=REPOSITORY]", "OCI image layout in a folder to serve, like an archive");
    private readonly PartsInFlag _parts = new();
    private readonly Option<string?> _prefix = Flag.Text("--prefix", "PATH", "Prefix of the archives' repositories, such as apps");
    private readonly Option<string?> _listen =
        Flag.Text("--listen", "HOST:PORT", "Address to listen on; port 0 takes a free one (default: 127.0.0.1:5000)");
    private readonly Option<string[]> _hosts = Flag.List("--host", "NAME", "DNS name under which clients reach the registry");
    private readonly Option<bool> _readOnly = Flag.Switch("--read-only", "Refuse every change");
    private readonly Option<bool> _sparse =
        Flag.Switch("--sparse-indexes", "Accept indexes without all of their images, as from 'copy --platform-mode sparse'");
    private readonly Option<bool> _log = Flag.Switch("--access-log", "Write a line for each request to standard error");
    private readonly Option<bool> _metrics =
        Flag.Switch("--metrics", "Answer GET /metrics with counters of requests, times and bytes, as Prometheus reads them");
    private readonly ServeTlsFlags _tls = new();
    private readonly Option<string?> _passwords =
        Flag.Text("--htpasswd", "FILE", "File of the registry's users, with bcrypt hashes, as 'htpasswd -B' writes it");
    private readonly Option<int> _maxConnections = Flag.Number("--max-connections", "Maximum number of connections", MostConnections, 1);
    private readonly Option<int> _maxUploads =
        Flag.Number("--max-uploads", "Maximum number of unfinished uploads", new UploadLimits().MaxCount, 1);
    private readonly Option<string?> _maxBlob =
        Flag.Text("--max-blob-size", "SIZE", "Maximum size of a blob, such as 20GB (default: no limit)");

    private readonly Option<bool> _collect =
        Flag.Switch("--gc", "Collect garbage while running: blobs of the folder that no manifest needs", byDefault: true);
    private readonly Option<string?> _grace =
        Flag.Text("--gc-grace", "DURATION", "Minimum age of garbage, such as 7d or 36h (default: 24h)");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "serve",
            "Runs an OCI registry over a folder, or over archives in place. The first line on standard output is its address; " +
            "Ctrl-C ends it.",
            ("A folder, on the default port", "serve --folder registry"),
            ("An archive, without unpacking it", "serve --tar simple-app-bundle.tar --prefix apps"),
            ("For other machines",
                "serve --tar simple-app-bundle.tar --listen 0.0.0.0:5000 --host registry.corp.com --tls-self-signed --htpasswd users"));
        ServeCommand flags = new();
        Option[] all =
        [
            flags._folder, flags._tar, flags._ociTar, flags._oci, flags._parts.Option, flags._prefix, flags._listen, flags._hosts,
            flags._readOnly, flags._sparse, flags._log, flags._metrics, .. flags._tls.All,
            flags._passwords, flags._maxConnections, flags._maxUploads, flags._maxBlob, flags._collect, flags._grace,
        ];
        foreach (Option option in all)
            command.Options.Add(option);

        host.Attach(command, flags.RunAsync);
        return command;
    }

    /// <summary>Reads an address to listen on: an IP address or <c>localhost</c>, and a port.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>.</exception>
    public static IPEndPoint ParseListen(string text)
    {
        string address = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase)
            ? "127.0.0.1" + text["localhost".Length..] : text;
        return address.Contains(':', StringComparison.Ordinal) && !address.EndsWith(']')
            && IPEndPoint.TryParse(address, out IPEndPoint? endpoint)
            ? endpoint
            : throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{text}' is not an address to listen on.",
                "Write HOST:PORT, such as 127.0.0.1:5000 or [::1]:0; HOST is an IP address or localhost.");
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string? folder = parsed.GetText(_folder);
        string[] archives = [.. parsed.GetValue(_tar) ?? [], .. parsed.GetValue(_ociTar) ?? [], .. parsed.GetValue(_oci) ?? []];
        if (folder is null == (archives.Length == 0))
        {
            throw new AirgapException(
                ErrorCode.InvalidArgument,
                folder is null ? "The folder or archive to serve is not given."
                : "A folder and an archive are given, but a registry serves only one of them.",
                "Give the content: --folder DIR, --tar FILE, --oci-tar FILE, or --oci FOLDER.");
        }

        if (archives.Length == 0)
        {
            _parts.CheckUnused(parsed);
            ServeRules.CheckPrefix(parsed, _prefix);
        }

        if (archives.Length > 0 || parsed.GetValue(_readOnly))
            ServeRules.CheckUnchanged(parsed, [_collect, _grace, _sparse, _maxUploads, _maxBlob]);
        ServeRules.CheckGrace(parsed, _collect, _grace);
        ImmutableArray<string> partsIn = [.. (parsed.GetValue(_parts.Option) ?? []).Select(Path.GetFullPath)];
        string[] hosts = parsed.GetValue(_hosts) ?? [];
        IPEndPoint listen = ParseListen(parsed.GetText(_listen) ?? "127.0.0.1:5000");
        using ServeTls tls = _tls.Read(parsed, hosts, listen.Address);
        RegistryServerOptions options = new()
        {
            Folder = folder is null ? "" : Path.GetFullPath(folder),
            Archives = [.. archives.Select(archive => ServedArchives.Parse(archive) with { PartsIn = partsIn })],
            Prefix = parsed.GetText(_prefix) ?? "",
            Listen = listen,
            Hosts = hosts,
            Certificate = tls.Certificate?.Leaf,
            CertificateChain = tls.Certificate?.Chain ?? [],
            PasswordFile = parsed.GetText(_passwords),
            ReadOnly = parsed.GetValue(_readOnly),
            SparseIndexes = parsed.GetValue(_sparse),
            Metrics = parsed.GetValue(_metrics),
            MaxConnections = parsed.GetValue(_maxConnections),
            Uploads = new UploadLimits
            {
                MaxCount = parsed.GetValue(_maxUploads),
                MaxBlobBytes = SizeText.Parse("--max-blob-size", parsed.GetText(_maxBlob)) ?? long.MaxValue
            },
            CollectAfter = parsed.GetValue(_collect) ? GracePeriod.Parse("--gc-grace", parsed.GetText(_grace) ?? "24h") : null,
            StopWithin = s_stopWithin,
            Warning = session.Warn,
            AccessLog = parsed.GetValue(_log) ? session.WriteError : null,
        };
        await using RegistryServer server = await UncollectedStart.RunAsync(() => RegistryServer.StartAsync(options, cancellationToken));
        Interruption.Allow(s_grace);
        await session.Terminal.Out.WriteLineAsync(server.Address.ToString());
        if (tls.Authority is not null)
            await session.Terminal.Out.WriteLineAsync(tls.Authority);
        await session.Terminal.Out.FlushAsync(CancellationToken.None);
        Task givingBack = archives.Length == 0 ? Task.CompletedTask : UncollectedStart.GiveBackAsync(cancellationToken);
        await server.WaitForShutdownAsync(cancellationToken);
        await givingBack;
        return 0;
    }
}

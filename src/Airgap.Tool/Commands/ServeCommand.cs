using System.CommandLine;
using System.Net;
using Airgap.Oci;
using Airgap.Registry;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>serve</c>: a registry over a folder, until it is interrupted.</summary>
internal sealed class ServeCommand
{
    private readonly Option<string?> _folder = Flag.Text("--folder", "DIR", "Folder of the content; made where there is none");
    private readonly Option<string?> _listen = Flag.Text("--listen", "HOST:PORT", "Address to listen on; port 0 takes a free one (default: 127.0.0.1:5000)");
    private readonly Option<bool> _readOnly = Flag.Switch("--read-only", "Refuse every change");
    private readonly Option<bool> _log = Flag.Switch("--access-log", "Write a line for each request to standard error");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "serve",
            "Runs an OCI registry over a folder. The first line on standard output is its address; Ctrl-C ends it.",
            ("On the default port", "serve --folder registry"),
            ("On a free port", "serve --folder registry --listen 127.0.0.1:0"));
        ServeCommand flags = new();
        foreach (Option option in new Option[] { flags._folder, flags._listen, flags._readOnly, flags._log })
            command.Options.Add(option);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    /// <summary>Reads an address to listen on: an IP address or <c>localhost</c>, and a port.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>.</exception>
    public static IPEndPoint ParseListen(string text)
    {
        string address = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text["localhost".Length..] : text;
        return address.Contains(':', StringComparison.Ordinal) && !address.EndsWith(']') && IPEndPoint.TryParse(address, out IPEndPoint? endpoint)
            ? endpoint
            : throw new AirgapException(ErrorCode.InvalidArgument, $"'{text}' is not an address to listen on.", "Write HOST:PORT, such as 127.0.0.1:5000 or [::1]:0; HOST is an IP address or localhost.");
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string folder = parsed.GetText(_folder)
            ?? throw new AirgapException(ErrorCode.InvalidArgument, "The folder to serve is not given.", "Say where the content is: --folder DIR.");
        IPEndPoint listen = ParseListen(parsed.GetText(_listen) ?? "127.0.0.1:5000");
        RegistryServerOptions options = new()
        {
            Folder = Path.GetFullPath(folder),
            Listen = listen,
            ReadOnly = parsed.GetValue(_readOnly),
            AccessLog = parsed.GetValue(_log) ? session.WriteError : null,
        };
        await using RegistryServer server = await RegistryServer.StartAsync(options, cancellationToken).ConfigureAwait(false);
        await session.Terminal.Out.WriteLineAsync(server.Address.ToString()).ConfigureAwait(false);
        await session.Terminal.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        await server.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }
}

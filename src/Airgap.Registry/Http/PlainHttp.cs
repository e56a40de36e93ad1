using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Airgap.Registry.Http;

/// <summary>Answers plain http on the port of https: without an answer, a client sees only a connection that ends.</summary>
internal static class PlainHttp
{
    private const string Body =
        """{"errors":[{"code":"UNSUPPORTED","message":"The registry speaks https here, but the request came by plain http."}]}""";

    // That of Kestrel for the handshake, which follows.
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);

    private static readonly byte[] s_answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n" +
        $"Content-Length: {Body.Length}\r\n\r\n{Body}");

    /// <summary>Looks at the first byte of each connection.</summary>
    public static void Refuse(ListenOptions listen) => listen.Use(next => async connection =>
    {
        if (!await HasEndedAsync(connection))
            await next(connection);
    });

    private static async Task<bool> HasEndedAsync(ConnectionContext connection)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(s_wait);
        try
        {
            if (!await IsHttpAsync(connection.Transport.Input, limit.Token))
                return false;
            await AnswerAsync(connection.Transport, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The client sends nothing, or sends on without end.
        }

        return true;
    }

    // A method is in capital letters; a handshake begins with 22.
    private static async Task<bool> IsHttpAsync(PipeReader input, CancellationToken cancellationToken)
    {
        ReadOnlySequence<byte> first = (await input.ReadAsync(cancellationToken)).Buffer;
        bool isHttp = first.FirstSpan is [>= (byte)'A' and <= (byte)'Z', ..];
        input.AdvanceTo(first.Start);
        return isHttp;
    }

    // Ending the connection before everything is read could take the answer from the client.
    private static async Task AnswerAsync(IDuplexPipe transport, CancellationToken cancellationToken)
    {
        await transport.Output.WriteAsync(s_answer, cancellationToken);
        while (true)
        {
            ReadResult read = await transport.Input.ReadAsync(cancellationToken);
            transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }
}

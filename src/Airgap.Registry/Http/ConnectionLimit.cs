using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Airgap.Registry.Http;

/// <summary>
/// Marks connections above a limit: a request on one is answered, with a refusal. A connection that ended without an answer would look
/// like a fault of the network.
/// </summary>
internal static class ConnectionLimit
{
    /// <summary>The number of connections above the limit that get an answer. Further ones end without one.</summary>
    public const int Spare = 64;

    /// <summary>Counts the connections of an address.</summary>
    /// <param name="listen">The address.</param>
    /// <param name="most">The limit.</param>
    public static void Apply(ListenOptions listen, long most)
    {
        long open = 0;
        listen.Use(next => async connection =>
        {
            try
            {
                if (Interlocked.Increment(ref open) > most)
                    connection.Features.Set(new Excess());
                await next(connection);
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        });
    }

    /// <summary>Refuses a request on a connection above the limit, and ends the connection.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="Refusal">It is on one.</exception>
    public static void Check(HttpContext context)
    {
        if (context.Features.Get<Excess>() is null)
            return;
        context.Response.Headers.Connection = "close";

        // The header does not end a connection of HTTP/2: a client would ask again on it, in vain.
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        context.Response.Headers.RetryAfter = "1";
        throw Refusal.TooManyConnections();
    }

    private sealed class Excess;
}

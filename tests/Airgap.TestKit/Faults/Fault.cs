using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Faults;

/// <summary>A fault of one request. Nothing depends on time: the test ends waits.</summary>
public abstract class Fault
{
    /// <summary>Responds with a status; the registry does not see the request.</summary>
    /// <param name="code">The HTTP status.</param>
    /// <param name="body">The body; JSON when it starts with a brace.</param>
    /// <param name="retryAfter">The Retry-After header: seconds or an HTTP date.</param>
    /// <param name="headers">More headers.</param>
    public static Fault Status(int code, string? body = null, string? retryAfter = null, params (string Name, string Value)[] headers) =>
        new StatusFault(code, body, retryAfter, headers);

    /// <summary>Breaks the connection before any response.</summary>
    public static Fault Drop() => new DropFault();

    /// <summary>
    /// Lets the registry process the request, and breaks the connection instead of responding: the client cannot know that it succeeded.
    /// </summary>
    public static Fault DropAfter() => new DropAfterFault();

    /// <summary>
    /// Ends the connection after that many bytes of the response's body, which must have a Content-Length. The headers always arrive.
    /// </summary>
    public static Fault CutBody(long afterBytes) => new BodyFault(body => new CutStream(body, afterBytes));

    /// <summary>Sends that many bytes of the response's body, and the rest when the task ends.</summary>
    public static Fault Stall(Task until, long afterBytes = 0) => new BodyFault(body => new StallStream(body, afterBytes, until));

    /// <summary>Flips the lowest bit of a byte of the response's body.</summary>
    public static Fault CorruptBody(long offset = 0) => new BodyFault(body => new CorruptStream(body, offset));

    /// <summary>Waits for a task before the registry sees the request; another fault then follows.</summary>
    public static Fault Delay(Task gate, Fault? then = null) => new DelayFault(gate, then);

    /// <summary>Lets the registry read that many bytes of the request's body, and then breaks the connection.</summary>
    public static Fault TruncateUpload(long afterBytes) => new TruncateUploadFault(afterBytes);

    /// <summary>Runs any code of a test.</summary>
    public static Fault Custom(Func<HttpContext, RequestDelegate, Task> run) => new CustomFault(run);

    internal abstract Task RunAsync(HttpContext context, RequestDelegate registry);

    private sealed class StatusFault(int code, string? body, string? retryAfter, (string Name, string Value)[] headers) : Fault
    {
        internal override async Task RunAsync(HttpContext context, RequestDelegate registry)
        {
            context.Response.StatusCode = code;
            if (retryAfter is not null)
                context.Response.Headers.RetryAfter = retryAfter;
            foreach ((string name, string value) in headers)
                context.Response.Headers.Append(name, value);
            if (body is null || HttpMethods.IsHead(context.Request.Method))
                return;
            context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/plain; charset=utf-8";
            await context.Response.WriteAsync(body);
        }
    }

    private sealed class DropFault : Fault
    {
        internal override Task RunAsync(HttpContext context, RequestDelegate registry)
        {
            context.Abort();
            return Task.CompletedTask;
        }
    }

    private sealed class DropAfterFault : Fault
    {
        internal override async Task RunAsync(HttpContext context, RequestDelegate registry)
        {
            context.Response.Body = Stream.Null;
            await registry(context);
            context.Abort();
        }
    }

    private sealed class BodyFault(Func<Stream, Stream> wrap) : Fault
    {
        internal override Task RunAsync(HttpContext context, RequestDelegate registry)
        {
            context.Response.Body = wrap(context.Response.Body);
            return registry(context);
        }
    }

    private sealed class DelayFault(Task gate, Fault? then) : Fault
    {
        internal override async Task RunAsync(HttpContext context, RequestDelegate registry)
        {
            await gate.WaitAsync(context.RequestAborted);
            await (then?.RunAsync(context, registry) ?? registry(context));
        }
    }

    private sealed class TruncateUploadFault(long afterBytes) : Fault
    {
        internal override Task RunAsync(HttpContext context, RequestDelegate registry)
        {
            context.Request.Body = new TruncatedRequestStream(context.Request.Body, afterBytes, context.Abort);
            return registry(context);
        }
    }

    private sealed class CustomFault(Func<HttpContext, RequestDelegate, Task> run) : Fault
    {
        internal override Task RunAsync(HttpContext context, RequestDelegate registry) => run(context, registry);
    }
}

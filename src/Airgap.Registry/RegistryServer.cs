using Airgap.Oci;
using Airgap.Registry.Archives;
using Airgap.Registry.Http;
using Airgap.Registry.Storage;
using Airgap.Registry.Users;
using Microsoft.AspNetCore.Builder;

namespace Airgap.Registry;

/// <summary>A running OCI registry over a folder, or over archives.</summary>
/// <remarks>
/// Source: OCI distribution specification 1.1. Disposing it stops it; requests in progress get
/// <see cref="RegistryServerOptions.StopWithin"/>.
/// </remarks>
public sealed class RegistryServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IDisposable[] _owned;
    private readonly Task _purge;
    private int _isDisposed;

    private RegistryServer(WebApplication application, Uri address, IDisposable[] owned, Func<CancellationToken, Task> purge)
    {
        _application = application;
        _owned = owned;
        Address = address;
        _purge = purge(_stopping.Token);
    }

    /// <summary>The registry's address, such as <c>http://127.0.0.1:5000/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The port it listens on.</summary>
    public int Port => Address.Port;

    /// <summary>Starts a registry.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>The running registry.</returns>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidArgument"/>: the port is in use or the address is not this machine's;
    /// <see cref="ErrorCode.FileFailure"/> or <see cref="ErrorCode.AccessDenied"/>: the folder cannot be used.
    /// </exception>
    public static async Task<RegistryServer> StartAsync(RegistryServerOptions options, CancellationToken cancellationToken)
    {
        (IUserStore? users, IDisposable[] owned) = UsersOf(options);
        RegistryStorage? storage = null;
        WebApplication? application = null;
        IDisposable? hold = null;
        IRegistryContent? content = null;
        ArchiveChanges changes = new(options.Warning);
        TaskCompletionSource<RegistryApplication> registry = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // The server starts while archives are read, because each takes half of the start-up time. Early requests wait for both.
        Task<ArchiveContent>? reading = options.Archives.Count == 0 ? null : Task.Run(
            () => ArchiveContent.OpenAsync(options.Archives, options.Prefix, options.Warning, changes, options.Clock, cancellationToken),
            CancellationToken.None);
        Task? starting = null;
        try
        {
            if (reading is null)
            {
                StorageFolder.Prepare(options.Folder, options.ReadOnly);
                if (!options.ReadOnly)
                    hold = FolderLock.Take(options.Folder);
                storage = new RegistryStorage(options.Folder, options.Layout(options.Folder), options.Uploads)
                {
                    TakesSparseIndexes = options.SparseIndexes,
                    Uploads = { BeforeWrite = options.BeforeUploadWrite }
                };
            }

            application = WebHost.Build(options, registry.Task);
            starting = application.StartAsync(cancellationToken);
            content = reading is null ? storage! : await reading;
            if (Exposure.Of(options, isReadOnly: options.ReadOnly || storage is null) is { } warning)
                options.Warning?.Invoke(warning);
            registry.SetResult(new RegistryApplication(options, content, storage, users, changes));
            await starting;
        }
        catch (Exception e)
        {
            registry.TrySetCanceled(CancellationToken.None);
            await EndedAsync(starting);
            await EndedAsync(reading);
            if (application is not null)
                await application.DisposeAsync();
            Dispose(owned);
            (reading is { IsCompletedSuccessfully: true } ? reading.Result : content)?.Dispose();
            hold?.Dispose();
            if (WebHost.ListenFailure(options.Listen, e) is { } failure)
                throw failure;
            throw;
        }

        return new RegistryServer(
            application, WebHost.AddressOf(application, options), [.. owned, content],
            options.ReadOnly || storage is null ? _ => Task.CompletedTask : token =>
            Task.WhenAll(new UploadPurge(storage, options.PurgeEvery).RunAsync(token), CollectAsync(storage, options, hold, token)))
        {
            Garbage = hold is null ? null : storage?.Garbage,
            Hold = hold,
        };
    }

    /// <summary>Collects the garbage of its folder; null if it serves no writable folder.</summary>
    internal GarbageCollector? Garbage { get; private init; }

    private IDisposable? Hold { get; init; }

    /// <summary>Waits until the token is cancelled, then stops the registry.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration asked = cancellationToken.Register(() => stopped.TrySetResult());
        using CancellationTokenRegistration ended = _application.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        await stopped.Task;
        await _application.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _purge;
        await _application.StopAsync();
        await _application.DisposeAsync();
        _stopping.Dispose();
        Dispose(_owned);
        Hold?.Dispose();
    }

    // Ignores the failure: the start has already failed with another one, which is reported.
    private static Task EndedAsync(Task? task) =>
        task is null ? Task.CompletedTask : task.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);

    private static (IUserStore? Users, IDisposable[] Owned) UsersOf(RegistryServerOptions options)
    {
        if (options.BasicAuth is { } login)
            return (new SingleUser(login.User, login.Password), []);
        if (options.PasswordFile is null)
            return (null, []);
        PasswordFile file = new(options.PasswordFile);
        return (file, [file]);
    }

    private static void Dispose(IDisposable[] owned)
    {
        foreach (IDisposable one in owned)
            one.Dispose();
    }

    // Only a process that has locked the folder may delete.
    private static Task CollectAsync(
        RegistryStorage storage, RegistryServerOptions options, IDisposable? hold, CancellationToken cancellationToken) =>
        options.CollectAfter is { } grace && hold is not null
            ? new GarbageRounds(storage.Garbage, grace, options.CollectEvery, options.Warning).RunAsync(cancellationToken)
            : Task.CompletedTask;
}

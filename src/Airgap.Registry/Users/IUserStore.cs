namespace Airgap.Registry.Users;

/// <summary>The users of a registry.</summary>
internal interface IUserStore
{
    /// <summary>True when the user has the password.</summary>
    ValueTask<bool> KnowsAsync(string user, string password, CancellationToken cancellationToken);
}

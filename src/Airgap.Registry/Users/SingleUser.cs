using System.Security.Cryptography;
using System.Text;

namespace Airgap.Registry.Users;

/// <summary>One user.</summary>
internal sealed class SingleUser(string user, string password) : IUserStore
{
    // Hashes have the same length, so the comparison takes the same time for every guess.
    private readonly byte[] _expected = Hash(user, password);

    public ValueTask<bool> KnowsAsync(string user, string password, CancellationToken cancellationToken) =>
        new(CryptographicOperations.FixedTimeEquals(Hash(user, password), _expected));

    private static byte[] Hash(string user, string password) => SHA256.HashData(Encoding.UTF8.GetBytes($"{user}:{password}"));
}

using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Keys;

/// <summary>An Ed25519 key. .NET has no such algorithm: BouncyCastle does the arithmetic, and is loaded only for it.</summary>
internal sealed class Ed25519Key : VerificationKey
{
    private readonly byte[] _key;

    private Ed25519Key(byte[] info, byte[] key)
        : base(info) => _key = key;

    /// <inheritdoc/>
    public override string Algorithm => "Ed25519";

    /// <inheritdoc/>
    public override byte[] NoteId(string name) => SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', 1, .. _key]);

    /// <summary>Makes a key from its 32 bytes.</summary>
    public static Ed25519Key Create(byte[] info, byte[] key) => new(info, key);

    /// <inheritdoc/>
    public override bool Verify(SignedBytes data, ReadOnlySpan<byte> signature, bool orOwnHash = true) =>
        signature.Length == 64
            && (VerifyWhole(_key, data.Whole(), signature.ToArray())
                || (orOwnHash && VerifyPrehashed(_key, data.Hash(HashAlgorithmName.SHA512), signature.ToArray())));

    // A separate method, so that nothing else loads the assembly.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool VerifyWhole(byte[] key, byte[] data, byte[] signature) =>
        Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(signature, 0, key, 0, data, 0, data.Length);

    // Ed25519ph, with which cosign 3 signs images. Its own prefix keeps it apart from pure signatures (RFC 8032, 5.1).
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool VerifyPrehashed(byte[] key, byte[] sha512, byte[] signature) =>
        Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.VerifyPrehash(signature, 0, key, 0, [], sha512, 0);
}

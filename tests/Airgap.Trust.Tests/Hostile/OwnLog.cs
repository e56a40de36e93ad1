using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Logs;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>A transparency log for the test, with a tree of three entries.</summary>
internal sealed class OwnLog : IDisposable
{
    public const string Name = "log.example";
    public const long Time = 1_790_000_000;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public OwnLog()
    {
        VerificationKey key = VerificationKey.Read(_key.ExportSubjectPublicKeyInfo(), Format.Signature("The log"));
        Key = new LogKey(key.Id, Name, key, Validity.Always);
    }

    public LogKey Key { get; }

    public byte[] Sign(string text) =>
        _key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>An entry with a promise and a proof: the last of three, so that its path has one sibling node.</summary>
    public LogEntry Entry(byte[] body)
    {
        byte[] beside = Node(Leaf("one"u8), Leaf("two"u8));
        byte[] root = Node(beside, Leaf(body));
        LogEntry entry = new()
        {
            LogId = Key.Id,
            Index = 7,
            IntegratedTime = Time,
            Body = body,
            Proof = new InclusionProof(2, 3, root, [beside], Checkpoint(3, root)),
        };
        return entry with { Promise = Promise(entry) };
    }

    public byte[] Promise(LogEntry entry) => Sign(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"body":"{{Convert.ToBase64String(entry.Body)}}","integratedTime":{{entry.IntegratedTime}},"logID":"{{Convert.ToHexStringLower(entry.LogId)}}","logIndex":{{entry.Index}}}"""));

    public string Checkpoint(
        long size, byte[] root, string name = Name, byte[]? hint = null, string more = "", string origin = Name + " - 123")
    {
        string signed = $"{origin}\n{size}\n{Convert.ToBase64String(root)}\n{more}";
        byte[] line = [.. hint ?? Key.Id[..4], .. Sign(signed)];
        return $"{signed}\n\u2014 {name} {Convert.ToBase64String(line)}\n";
    }

    public static byte[] Leaf(ReadOnlySpan<byte> entry) => SHA256.HashData([0, .. entry]);

    public static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);

    public void Dispose() => _key.Dispose();
}

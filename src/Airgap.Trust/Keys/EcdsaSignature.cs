using System.Formats.Asn1;
using System.Numerics;

namespace Airgap.Trust.Keys;

/// <summary>Reads the two numbers of an ECDSA signature strictly, with the same result on every system.</summary>
internal static class EcdsaSignature
{
    /// <summary>Converts DER, or r‖s of exactly the right length; null for anything else.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="fieldBytes">The length of one number: 32, 48 or 66.</param>
    /// <returns>r‖s, each of that length.</returns>
    public static byte[]? ToFixed(ReadOnlySpan<byte> signature, int fieldBytes) =>
        FromDer(signature, fieldBytes) ?? (signature.Length == 2 * fieldBytes ? signature.ToArray() : null);

    private static byte[]? FromDer(ReadOnlySpan<byte> signature, int fieldBytes)
    {
        try
        {
            AsnReader reader = new(signature.ToArray(), AsnEncodingRules.DER);
            AsnReader sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            BigInteger r = sequence.ReadInteger();
            BigInteger s = sequence.ReadInteger();
            sequence.ThrowIfNotEmpty();
            byte[] result = new byte[2 * fieldBytes];
            return Write(r, result.AsSpan(0, fieldBytes)) && Write(s, result.AsSpan(fieldBytes)) ? result : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static bool Write(BigInteger number, Span<byte> target)
    {
        int length = number.Sign > 0 ? number.GetByteCount(isUnsigned: true) : int.MaxValue;
        return length <= target.Length && number.TryWriteBytes(target[^length..], out _, isUnsigned: true, isBigEndian: true);
    }
}

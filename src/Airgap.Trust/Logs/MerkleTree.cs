using System.Security.Cryptography;

namespace Airgap.Trust.Logs;

/// <summary>Verifies that an entry is in a tree.</summary>
/// <remarks>Source: RFC 9162, section 2.1.3.2.</remarks>
internal static class MerkleTree
{
    /// <summary>Walks from the entry to the root.</summary>
    public static bool Includes(InclusionProof proof, ReadOnlySpan<byte> entry)
    {
        if (proof.Index < 0 || proof.Index >= proof.TreeSize)
            return false;
        long node = proof.Index;
        long last = proof.TreeSize - 1;
        byte[] hash = SHA256.HashData([0, .. entry]);
        foreach (byte[] beside in proof.Hashes)
        {
            if (last == 0 || beside.Length != SHA256.HashSizeInBytes)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = Parent(beside, hash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = Parent(hash, beside);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash.AsSpan().SequenceEqual(proof.RootHash);
    }

    private static byte[] Parent(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);
}

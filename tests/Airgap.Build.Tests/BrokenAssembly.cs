using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Airgap.Build.Tests;

/// <summary>
/// Changes a copy of an assembly so that a method throws an unexpected exception, as a defect would. The product needs no hook for that.
/// </summary>
internal static class BrokenAssembly
{
    // ldnull; throw: a NullReferenceException, whatever the method should return.
    private static ReadOnlySpan<byte> Body => [0x14, 0x7A];

    /// <summary>Replaces the body of each method with that name by one that only throws.</summary>
    /// <param name="path">The assembly, which is overwritten.</param>
    /// <param name="type">The type's full name.</param>
    /// <param name="method">The method's name; all its overloads are broken.</param>
    public static void Break(string path, string type, string method)
    {
        byte[] image = File.ReadAllBytes(path);
        using (PEReader reader = new([.. image]))
        {
            MetadataReader metadata = reader.GetMetadataReader();
            TypeDefinition found = metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
                .Single(candidate => NameOf(metadata, candidate) == type);
            int[] addresses = [.. found.GetMethods().Select(metadata.GetMethodDefinition)
                .Where(candidate => metadata.GetString(candidate.Name) == method && candidate.RelativeVirtualAddress != 0)
                .Select(candidate => candidate.RelativeVirtualAddress)];
            Assert.IsNotEmpty(addresses, $"{type} has no method {method}.");
            foreach (int address in addresses)
            {
                SectionHeader section = reader.PEHeaders.SectionHeaders[reader.PEHeaders.GetContainingSectionIndex(address)];
                Replace(image.AsSpan(section.PointerToRawData + address - section.VirtualAddress));
            }
        }

        File.WriteAllBytes(path, image);
    }

    // ECMA-335, II.25.4: a tiny header is a byte with the size of the code, a fat one has twelve.
    private static void Replace(Span<byte> method)
    {
        const int Tiny = 2, KindMask = 3, MoreSections = 8, FatHeader = 12;
        if ((method[0] & KindMask) == Tiny)
        {
            method[0] = (byte)((Body.Length << 2) | Tiny);
            Body.CopyTo(method[1..]);
            return;
        }

        // Removes the sections after the code: they contain the exception handlers of the replaced body.
        method[0] &= unchecked((byte)~MoreSections);
        BinaryPrimitives.WriteInt32LittleEndian(method[4..], Body.Length);
        Body.CopyTo(method[FatHeader..]);
    }

    private static string NameOf(MetadataReader metadata, TypeDefinition type) =>
        $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
}

// Draws build/icon.png, the packages' icon: a box on its way over a gap.
//   dotnet run build/icon.cs
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;

const int Size = 128;
byte[] rows = new byte[Size * (1 + (Size * 4))];
for (int y = 0; y < Size; y++)
{
    for (int x = 0; x < Size; x++)
        Colour(x, y).CopyTo(rows.AsSpan((y * (1 + (Size * 4))) + 1 + (x * 4)));
}

using MemoryStream packed = new();
using (ZLibStream zip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
    zip.Write(rows);
byte[] header = new byte[13];
BinaryPrimitives.WriteInt32BigEndian(header, Size);
BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Size);
// Eight bits a channel, with transparency.
header[8] = 8;
header[9] = 6;
using FileStream file = File.Create(Path.Combine(Path.GetDirectoryName(PathOfThisFile())!, "icon.png"));
file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
Chunk(file, "IHDR", header);
Chunk(file, "IDAT", packed.ToArray());
Chunk(file, "IEND", []);

static byte[] Colour(int x, int y)
{
    byte[] ground = [0x1F, 0x6F, 0xB5, 0xFF];
    byte[] box = [0xF2, 0xA9, 0x3B, 0xFF];
    byte[] band = [0xB8, 0x74, 0x1A, 0xFF];
    byte[] path = [0x9C, 0xB4, 0xCC, 0xFF];
    if (y is >= 92 and < 112 && x is (>= 8 and < 48) or (>= 80 and < 120))
        return ground;
    if (x is >= 44 and < 84 && y is >= 24 and < 64)
        return x is >= 60 and < 68 ? band : box;
    // The path: a dotted arc from one bank to the other.
    double distance = Math.Sqrt(((x - 64.0) * (x - 64.0)) + ((y - 88.0) * (y - 88.0)));
    bool dotted = (int)((Math.Atan2(y - 88.0, x - 64.0) + Math.PI) * 10) % 2 == 0;
    return y < 88 && distance is > 38 and < 42 && dotted ? path : [0, 0, 0, 0];
}

static void Chunk(Stream file, string type, byte[] data)
{
    byte[] content = [.. Encoding.ASCII.GetBytes(type), .. data];
    Span<byte> number = stackalloc byte[4];
    BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
    file.Write(number);
    file.Write(content);
    BinaryPrimitives.WriteUInt32BigEndian(number, Crc(content));
    file.Write(number);
}

static uint Crc(byte[] bytes)
{
    uint crc = uint.MaxValue;
    foreach (byte b in bytes)
    {
        crc ^= b;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
    }

    return ~crc;
}

static string PathOfThisFile([CallerFilePath] string path = "") => path;

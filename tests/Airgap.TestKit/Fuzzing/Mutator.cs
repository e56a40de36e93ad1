using System.Text;

namespace Airgap.TestKit.Fuzzing;

/// <summary>Makes inputs from a corpus: the same number gives the same input.</summary>
/// <param name="corpus">Inputs to start from, at least one.</param>
/// <param name="tokens">Words of the format, which random changes would hardly find.</param>
public sealed class Mutator(IReadOnlyList<byte[]> corpus, IReadOnlyList<string> tokens)
{
    private const int MaxLength = 256 * 1024;

    private static readonly byte[][] s_edges =
    [
        [0], [0xFF], [0x80], "\""u8.ToArray(), "\\"u8.ToArray(), "\n"u8.ToArray(), "\r\n"u8.ToArray(), "\u001b[2J"u8.ToArray(),
        "-1"u8.ToArray(), "0"u8.ToArray(),
        "9223372036854775807"u8.ToArray(), "9223372036854775808"u8.ToArray(), "99999999999999999999999999"u8.ToArray(), "1e999"u8.ToArray(),
        "\ud83d\ude00"u8.ToArray(),
        [0xC0, 0xAF], [0xED, 0xA0, 0x80], "\\ud800"u8.ToArray(), [0xEF, 0xBB, 0xBF], "../"u8.ToArray(), "{"u8.ToArray(), "["u8.ToArray(),
        "}"u8.ToArray(), "]"u8.ToArray(), ": "u8.ToArray(), "- "u8.ToArray(),
    ];

    private readonly byte[][] _words = [.. s_edges, .. tokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The input with a number.</summary>
    public byte[] Make(int number)
    {
        Random random = new(number);
        List<byte> input = [.. corpus[random.Next(corpus.Count)]];
        for (int changes = 1 + random.Next(8); changes > 0; changes--)
            Change(input, random);
        if (input.Count > MaxLength)
            input.RemoveRange(MaxLength, input.Count - MaxLength);
        return [.. input];
    }

    private void Change(List<byte> input, Random random)
    {
        int at = random.Next(input.Count + 1);
        int length = random.Next(Math.Min(input.Count - at, random.Next(4) == 0 ? input.Count : 16) + 1);
        switch (random.Next(10))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = (byte)random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(at, input.GetRange(random.Next(input.Count - length + 1), length));
                break;
            case 4:
                input.RemoveRange(at, input.Count - at);
                break;
            case 5:
                byte[] other = corpus[random.Next(corpus.Count)];
                int start = random.Next(other.Length + 1);
                input.InsertRange(at, other.AsSpan(start, random.Next(other.Length - start + 1)).ToArray());
                break;
            case 6:
                // Nesting and length up to the parsers' limits.
                byte[] word = _words[random.Next(_words.Length)];
                int times = 1 << random.Next(15);
                if (word.Length * times <= MaxLength)
                    input.InsertRange(at, Enumerable.Repeat(word, times).SelectMany(bytes => bytes));
                break;
            default:
                byte[] one = _words[random.Next(_words.Length)];
                int over = Math.Min(random.Next(2) * one.Length, input.Count - at);
                input.RemoveRange(at, over);
                input.InsertRange(at, one);
                break;
        }
    }
}

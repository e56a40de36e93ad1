namespace Airgap.Benchmarks;

/// <summary>The content of a generated bundle.</summary>
/// <param name="Name">The prefix of its repositories' names.</param>
/// <param name="Images">The sizes of each image's layers, in bytes.</param>
internal sealed record BundleShape(string Name, IReadOnlyList<IReadOnlyList<long>> Images)
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;

    private static readonly long[] s_largeSizes =
        [256, 128, 128, .. Repeat(64, 6), .. Repeat(32, 6), .. Repeat(24, 10), .. Repeat(8, 8), .. Repeat(4, 5)];

    /// <summary>12 images: 110 distinct blobs, 72 of them under 1 MiB, at the full size about 1.5 GB, the largest 256 MiB.</summary>
    /// <param name="divisor">1 for the full size; 16 for a sixteenth.</param>
    public static BundleShape Big(int divisor)
    {
        const int images = 12;
        List<IReadOnlyList<long>> all = [];
        int large = 0;
        for (int image = 0; image < images; image++)
        {
            List<long> layers = [];
            for (; large < s_largeSizes.Length * (image + 1) / images; large++)
                layers.Add(s_largeSizes[large] * MiB / divisor);
            for (int small = 0; small < 5; small++)
                layers.Add((100 + (150 * small)) * KiB / divisor);
            all.Add(layers);
        }

        return new BundleShape("bench", all);
    }

    /// <summary>2 images of 2 small layers: the fixed cost of a copy that moves almost nothing.</summary>
    public static BundleShape Small { get; } = new("small", [[20 * KiB, 30 * KiB], [25 * KiB, 40 * KiB]]);

    /// <summary>One image of one layer of 5 GiB.</summary>
    /// <param name="divisor">1 for the full size; 16 for a sixteenth.</param>
    public static BundleShape Large(int divisor) => new("large", [[5 * 1024 * MiB / divisor]]);

    /// <summary>One image of one layer.</summary>
    public static BundleShape Single(long bytes) => new($"single{bytes / MiB}", [[bytes]]);

    /// <summary>Many images of one layer of 1 KiB.</summary>
    public static BundleShape Many(int images) => new($"many{images}", [.. Enumerable.Repeat<long[]>([KiB], images)]);

    private static IEnumerable<long> Repeat(long size, int count) => Enumerable.Repeat(size, count);
}

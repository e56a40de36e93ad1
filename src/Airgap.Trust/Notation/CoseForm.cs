using System.Formats.Cbor;

namespace Airgap.Trust.Notation;

/// <summary>The CBOR that Notation reads: every length is written, and only protected headers have tags.</summary>
internal static class CoseForm
{
    /// <summary>True for a tagged message of that form, whose protected headers are of it too.</summary>
    /// <exception cref="CborContentException">It is not CBOR.</exception>
    /// <exception cref="InvalidOperationException">It is other CBOR.</exception>
    public static bool Fits(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> protectedHeaders)
    {
        CborReader reader = new(message, CborConformanceMode.Lax);
        reader.ReadTag();
        return Fits(reader, mayHaveTags: false)
            && (protectedHeaders.IsEmpty || Fits(new CborReader(protectedHeaders, CborConformanceMode.Lax), mayHaveTags: true));
    }

    private static bool Fits(CborReader reader, bool mayHaveTags)
    {
        bool fits = true;
        for (CborReaderState state; fits && (state = reader.PeekState()) != CborReaderState.Finished;)
        {
            switch (state)
            {
                case CborReaderState.StartArray:
                    fits = reader.ReadStartArray() is not null;
                    break;
                case CborReaderState.EndArray:
                    reader.ReadEndArray();
                    break;
                case CborReaderState.StartMap:
                    fits = reader.ReadStartMap() is not null;
                    break;
                case CborReaderState.EndMap:
                    reader.ReadEndMap();
                    break;
                case CborReaderState.Tag:
                    reader.ReadTag();
                    fits = mayHaveTags;
                    break;
                case CborReaderState.StartIndefiniteLengthByteString or CborReaderState.StartIndefiniteLengthTextString:
                    fits = false;
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        return fits;
    }
}

using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing;

/// <summary>Adds an item's location in the project to its failures.</summary>
internal static class ItemFailure
{
    /// <summary>Does an item's work, and adds the item's location to failures.</summary>
    public static async Task<T> LocatedAsync<T>(Declaration declaration, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (AirgapException e) when (e.Location is null)
        {
            // Only the bundle or image itself is requested by the pin; its parts have their own digests.
            bool unpinnable = e.Code is ErrorCode.ManifestUnknown && declaration.Pin is { } pin
                && e.Message.Contains(pin.ToString(), StringComparison.Ordinal);
            throw new AirgapException(
                e.Code, e.Message, unpinnable
                ? "The project's lock pins this digest, which no longer exists: " +
                $"{PropertyNames.UpdateLock}=true locks the tag's current digest."
                : e.Advice, e)
            {
                Reference = e.Reference,
                Digest = e.Digest,
                StatusCode = e.StatusCode,
                Location = declaration.Item.Location,
            };
        }
    }
}

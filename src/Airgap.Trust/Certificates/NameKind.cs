namespace Airgap.Trust.Certificates;

/// <summary>A kind of name in a certificate, by its tag among the subject alternative names.</summary>
internal enum NameKind
{
    /// <summary>Fulcio's user name.</summary>
    UserName = 0,

    /// <summary>An e-mail address.</summary>
    Email = 1,

    /// <summary>The name of a host; <c>*</c> as the first label of the certificate's name stands for any one label.</summary>
    Host = 2,

    /// <summary>A URI, such as that of a CI system's workflow.</summary>
    Uri = 6,
}

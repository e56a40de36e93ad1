namespace Billing;

public static class Invoice
{
    public static decimal Total(IEnumerable<decimal> lines) => lines.Sum();
}

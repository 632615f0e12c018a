"""The big screen: what all processes count in a second, told to everybody who watches."""
